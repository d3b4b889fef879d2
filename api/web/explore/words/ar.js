// The sentences of the views for analysts, in Arabic; the others are English until they are here.

import { number, plural } from "../../core/language.js";

const looks = (count) => plural(count, { zero: "لا فحوص", one: "فحص واحد", two: "فحصان", few: "# فحوص", many: "# فحصًا", other: "# فحص" });

export default {
  explore: {
    title: "الاستكشاف",
    help: "كل فحص أُجري، كما رآه الراصدون. ما تختاره محفوظ في العنوان، فيمكنك إرساله إلى غيرك.",
    form: "أي الفحوص",
    any: "الكل",
    filters: {
      service: "الخدمة", component: "المكوّن", region: "المنطقة", worker: "الراصد", check: "قاعدة الفحص", ok: "الحالة",
      reason: "السبب", since: "المدة", by: "التجميع حسب",
    },
    states: { true: "نجح", false: "أخفق" },
    spans: { "15m": "آخر 15 دقيقة", "1h": "آخر ساعة", "6h": "آخر 6 ساعات", "24h": "آخر 24 ساعة", "7d": "آخر 7 أيام" },
    from: "من",
    to: "إلى",
    ungrouped: "بلا تجميع",
    ask: "اسأل من جديد",
    reset: "أزِل كل المرشحات",
    reading: (count) => `جارٍ القراءة… ${looks(count)} حتى الآن.`,
    none: "لا فحص مطابق.",
    chartTitle: "عبر الزمن",
    rowsTitle: "الفحوص",
    columns: {
      scheduled_at: "الوقت", service: "الخدمة", component: "المكوّن", region: "المنطقة", worker: "الراصد", ok: "الحالة",
      reason: "السبب", status_code: "الرمز", total_ms: "المدة", detail: "ما الذي رُئي",
    },
    copy: "انسخ",
    copied: "نُسخ",
  },
};
