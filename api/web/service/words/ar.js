// The sentences of the views of one service, in Arabic.

import { number, plural } from "../../core/language.js";

const looks = (count) => plural(count, { zero: "لا فحوص", one: "فحص واحد", two: "فحصين", few: "# فحوص", many: "# فحصًا", other: "# فحص" });

export default {
  noService: (id) => `لا توجد خدمة باسم “${id}”.`,
  whereAndWhat: "ما الذي يخفق وأين",
  span: "المدة المعروضة",
  spans: { "24h": "24 ساعة", "90d": "90 يومًا" },
  now: "الآن",
  scrub: "اللحظة المعروضة",
  backToNow: "عُد إلى الآن",
  scrubHelp: "تنقّل عبر الزمن بالمزلاج أو بمفاتيح الأسهم.",
  seenThen: (from, until) => `ما رأته الفحوص من ${from} إلى ${until}: أصفر إذا أخفق 5 % منها، وأحمر من النصف.`,
  seenNow: "ما يستند إليه الحُكم الآن.",
  saidThen: (sentence) => ["قيل حينها: ", sentence],
  nothingSaid: "لم يُقل شيء حينها.",
  sliderValue: (when, said) => `${when}: ${said}`,
  frameLine: (bad, all) => (all ? `أخفق ${number(bad)} من ${looks(all)}` : "لا فحص يُحتسب"),
  allOfThem: "كل حوادث هذه الخدمة",
  latency: {
    title: "زمن الاستجابة حسب المرحلة",
    phases: { dns_ms: "البحث عن الاسم", connect_ms: "الاتصال", tls_ms: "TLS", ttfb_ms: "أول بايت", rest_ms: "الباقي" },
    everywhere: "كل المناطق",
    region: "المنطقة",
    none: "لم يُقَس أي فحص في هذه المدة.",
    figures: (p50, p95, p99) => `استغرق نصف الفحوص حتى ${p50}، و95 % منها حتى ${p95}، و99 % حتى ${p99}.`,
    chart: (span) => `وسيط كل مرحلة متراكمًا، والمئين 95 للمجموع؛ ${span}`,
    p95: "المئين 95 للمجموع",
    median: "وسيط المجموع",
    table: "نفسه في جدول",
    time: "الوقت",
  },
  days: {
    title: "آخر 90 يومًا",
    name: (day, said, uptime) => `${day}: ${said}${uptime ? `، نجح ${uptime} من الفحوص` : ""}`,
    well: "بلا أعطال",
    nothing: "لم يُفحص",
    disrupted: (scope, long) => `${scope}، مدة العطل ${long}`,
    counts: (good, all) => `نجح ${number(good)} من ${looks(all)} محتسبة.`,
    incidents: "حوادث ذلك اليوم:",
    one: (id) => `الحادثة ${id}`,
    utc: "الأيام بتوقيت UTC.",
    legend: { none: "بلا أعطال", unknown: "المدى غير معروف", regional: "إقليمي", component: "مكوّن واحد في كل مكان", system_wide: "على مستوى النظام", nothing: "لم يُفحص" },
  },
  answeredFrom: {
    title: "من أين جاء الجواب",
    columns: ["المنطقة", "البلد", "الشبكة", "الحافة", "نجح"],
    caption: (since) => `الفحوص التي أُجيبت منذ ${since}، أحدث ${number(5000)} على الأكثر.`,
    notKnown: "غير معروف",
    of: (share, all) => `${share} من\u00a0${number(all)}`,
    missing: (names) => `لم يُجَب أي فحص من ${names}.`,
    nothing: "لا شيء معروف: لم يُجَب أي فحص في الدقائق العشر الأخيرة.",
    noneFailed: (count) => `لم يخفق أي من الفحوص المجابة، وعددها ${number(count)}.`,
    unplaced: (failed, count) => `أخفق ${number(failed)} من الفحوص المجابة، وعددها ${number(count)}؛ ولم يُحدَّد مكان أي منها بعد.`,
    nothingShared: (failed, count) => `أخفق ${number(failed)} من الفحوص المجابة، وعددها ${number(count)}؛ ولا تميّزها حافة ولا شبكة ولا بلد.`,
    shared: (failed, place, there, count) =>
      `${plural(failed, { zero: "الفحوص المخفقة", one: "الفحص المخفق الوحيد", two: "الفحصان المخفقان", few: "الفحوص المخفقة كلها (#)", many: "الفحوص المخفقة كلها (#)", other: "الفحوص المخفقة كلها (#)" })}: جاء الجواب من ${place}، ومنها أُجيب ${number(there)} من ${number(count)} في المجموع.`,
    kinds: { edge: (name) => `الحافة ${name}`, asn: (id) => `الشبكة AS${id}`, country: (code) => `البلد ${code}` },
  },
};
