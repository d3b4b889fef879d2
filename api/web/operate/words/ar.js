// The sentences of the operators' views, in Arabic; the others are English until they are here.

export default {
  operate: {
    title: "التشغيل",
    signIn: "تسجيل الدخول",
    cancel: "إلغاء",
    copy: "انسخ",
    copied: "نُسخ",
    done: "تم.",
  },
  workers: {
    fitness: { fit: "مؤهَّلة", unfit: "غير مؤهَّلة", silent: "صامتة" },
  },
};
