"""The same sayings in other languages: German, French, Spanish, Portuguese and Japanese. Pure.

Each language is a row of words, and one rule reads all of them. What is over counts where it stands
as a label, or where a sentence says it of the disruption or the work itself, unless it is denied,
hoped for, or over in part. Sources: the status pages of vendors in these languages.
"""

import re
from dataclasses import dataclass, field
from typing import Final

_LONGEST: Final = 200
_READ: Final = 400
"""Characters of a text whose sentences are read."""
_SENTENCE: Final = re.compile(r"[.!?;。！？]+(?:\s+|$)|\n")  # noqa: RUF001
_LEAD: Final = r"^[\W_]*+(?:(?:status|statut|estado|zustand|ステータス|状況|状態)\s*[:：=–-]\s*)?"  # noqa: RUF001
_APART: Final = r"(?=\s*$|\s*[:：\])}|/–—】」）]|\s+-|-\s|\.(?:\s|$)|\s*[(（])"  # noqa: RUF001
_BEHIND: Final = r"(?:[:：|–—(\[（【「]|\s-)\s*"  # noqa: RUF001
_END: Final = r"[\s\])）】」!.。]*$"  # noqa: RUF001
_YET: Final = r"(?:noch|pas encore|aún|todavía|ainda)\s+"
_WORDS: Final = r"(?:\s+[\w'’/-]+){0,6}?\s+"  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language. `over` is said of what is over, `ended` of anything that ends, and so only of the
    `work` or disruption itself; `denied` stands before it where it is not, or not yet.
    """

    over: str
    ended: str
    work: str
    denied: str
    partly: str
    doing: dict[str, str]
    scheduled: str
    cancelled: str
    between: str = _WORDS
    edge: str = r"\b"
    unfinished: str = r"ungelöst|sin (?:resolver|solución)|sem solução"
    labels: dict[str, re.Pattern[str]] = field(init=False)
    behind: dict[str, re.Pattern[str]] = field(init=False)
    sentences: dict[str, re.Pattern[str]] = field(init=False)

    def __post_init__(self) -> None:
        any_end, edge = f"(?:{self.over}|{self.ended})", self.edge
        denial = f"(?:{_YET})?{edge}(?:{self.denied}){edge}"
        said = {
            "unresolved": f"{denial}(?:{self.between})?{any_end}|{self.unfinished}",
            "partially resolved": f"{edge}(?:{self.partly})(?:{self.between})?{any_end}",
            "resolved": f"(?:{self.work})?{any_end}",
            "cancelled": self.cancelled,
            **self.doing,
            "scheduled": self.scheduled,
        }
        told = {
            **said,
            "resolved": f"{edge}{self.over}{edge}"
            f"|(?:{self.work})(?:{self.between})(?:{self.ended}){edge}",
        }
        told = {name: f"{edge}(?:{form})" for name, form in told.items()}
        for place, before, forms, after in (
            ("labels", _LEAD, said, _APART),
            ("behind", _BEHIND, said, _END),
            ("sentences", "", told, ""),
        ):
            object.__setattr__(self, place, _compiled(before, forms, after))


def _compiled(before: str, forms: dict[str, str], after: str) -> dict[str, re.Pattern[str]]:
    return {
        status: re.compile(f"{before}(?:{form}){after}", re.I) for status, form in forms.items()
    }


_GERMAN: Final = Tongue(
    over=r"(?:behoben|gelöst|wiederhergestellt|entstört)",
    ended=r"(?:abgeschlossen|beendet|erledigt|vorbei)",
    work=r"(?:Wartung|Arbeit|Störung|Vorfall|Problem|Ausfall)\w*",
    denied=(
        r"nicht|nie|kein\w*|un(?=gelöst)|wird|werden|würde\w*|soll\w*|muss|müssen|bis|sobald|wenn"
        r"|falls|ob|erst"
    ),
    partly=r"teilweise|zum Teil|größtenteils|weitgehend|nahezu|fast",
    doing={
        "investigating": r"(?:in |wird |werden )?untersuch\w*(?: läuft)?"
        r"|(?:in |unter )?Prüfung|wird geprüft",
        "identified": r"(?:Ursache )?(?:wurde )?(?:identifiziert|erkannt|gefunden|ermittelt)",
        "monitoring": r"(?:unter |in )?(?:Beobachtung|Überwachung)|beobachte\w*|überwach\w*",
        "mitigated": r"entschärft|eingedämmt|abgemildert",
        "in progress": r"in Bearbeitung|in Arbeit|läuft|laufend|dauert an|hält an|hat begonnen",
    },
    scheduled=r"geplant\w*|angekündigt\w*|bevorstehend\w*|anstehend\w*",
    cancelled=r"abgesagt|storniert|entfällt",
)
_FRENCH: Final = Tongue(
    over=r"(?:résolu|rétabli|corrigé|réparé)e?s?|retour à la normale",
    ended=r"(?:terminé|achevé|clôturé|clos|fini)e?s?",
    work=r"maintenance|intervention|incident|travaux|panne|problème|perturbation",
    denied=(
        r"pas|non|jamais|sera|seront|serait|doit|doivent|devrait|devraient|jusqu\w*|dès|quand"
        r"|lorsqu\w*|si|afin|à être"
    ),
    partly=r"partiellement|en partie|en grande partie|presque|quasi\w*",
    doing={
        "investigating": r"(?:en cours d['’])?(?:investigation|enquête|analyse)\w*"  # noqa: RUF001
        r"|enquêtons|analysons",
        "identified": r"(?:cause )?(?:a été )?identifiée?s?",
        "monitoring": r"(?:sous |en )?(?:surveillance|observation)|surveillons|suivi en cours",
        "mitigated": r"(?:atténué|contourné)e?s?",
        "in progress": r"en cours|a commencé|a débuté",
    },
    scheduled=r"(?:planifié|programmé|prévu)e?s?|à venir",
    cancelled=r"annulée?s?",
)
_SPANISH: Final = Tongue(
    over=r"(?:resuelt|solucionad|restablecid|restaurad|corregid|recuperad)[oa]s?",
    ended=r"(?:finalizad|completad|cerrad|terminad|concluid)[oa]s?",
    work=r"mantenimiento|incidente|incidencia|interrupción|problema|trabajos|fallo|servicio",
    denied=(r"no|sin|nunca|será|serán|sea|sean|debe|deben|debería|hasta|cuando|si|para|ser"),
    partly=r"parcialmente|en parte|casi|mayormente",
    doing={
        "investigating": r"(?:en |bajo )?investiga(?:ción|ndo|mos)|analizando|en análisis",
        "identified": r"(?:causa )?(?:ha sido |fue )?identificad[oa]s?|hemos identificado",
        "monitoring": r"(?:en )?(?:monitoreo|monitorización|observación|supervisión)"
        r"|monitore(?:ando|amos)|monitorizando|supervisando|vigilando",
        "mitigated": r"mitigad[oa]s?",
        "in progress": r"en (?:curso|progreso|proceso)|ha comenzado|ha empezado",
    },
    scheduled=r"(?:programad|planificad|planead|previst)[oa]s?|próxim[oa]s?",
    cancelled=r"(?:cancelad|anulad)[oa]s?",
)
_PORTUGUESE: Final = Tongue(
    over=r"(?:resolvid|solucionad|restabelecid|restaurad|normalizad|corrigid|recuperad)[oa]s?",
    ended=r"(?:finalizad|completad|encerrad|terminad|conclu[ií]d|fechad)[oa]s?",
    work=r"manutenção|incidente|interrupção|problema|trabalhos|falha|instabilidade|serviço",
    denied=(r"não|sem|nunca|será|serão|seja|sejam|deve|devem|deverá|até|quando|se|para|ser"),
    partly=r"parcialmente|em parte|quase|majoritariamente",
    doing={
        "investigating": r"(?:em |sob )?investiga(?:ção|ndo|mos)|analisando|em análise"
        r"|a investigar",
        "identified": r"(?:causa )?(?:foi )?identificad[oa]s?|identificamos",
        "monitoring": r"(?:em )?(?:monitoramento|monitorização|observação)"
        r"|monitor(?:ando|amos|izando)|a monitorizar",
        "mitigated": r"mitigad[oa]s?",
        "in progress": r"em (?:andamento|curso|progresso|execução)|foi iniciad[oa]|começou",
    },
    scheduled=r"(?:agendad|programad|planejad|planead|previst)[oa]s?|próxim[oa]s?",
    cancelled=r"cancelad[oa]s?",
)
_DONE: Final = (
    r"(?:済み?|完了|(?:いた)?しました|(?:いた)?しております|しています"
    r"|した(?!い)|されました|された)"
)
_ALONE: Final = r"(?=[】\])）」:：\s]|のお知らせ|$)"  # noqa: RUF001
_JAPANESE: Final = Tongue(
    over=rf"(?:(?:復旧|解決|解消|修復|正常化){_DONE}|正常に戻りました|(?:復旧|解決|解消){_ALONE})",
    ended=rf"(?:(?:完了|終了){_DONE}|(?:完了|終了){_ALONE})",
    work=r"メンテナンス|作業|工事|障害|対応|不具合",
    denied=r"まだ|未(?=復旧|解決|解消|完了)|いまだ",
    partly=r"一部(?:の[^、。]{0,12})?(?:で|が|は|について)?|概ね|おおむね|ほぼ|部分的に",
    doing={
        "investigating": r"調査(?:中|を|し|いた)|確認中|原因を?(?:調査|確認)",
        "identified": r"原因(?:を|が|は)?(?:特定|判明)|特定(?:済み?|(?:いた)?しました)",
        "monitoring": r"(?:経過|監視|観察)(?:を?(?:監視|観察|続け))?(?:中|し|いた|を)|様子を見",
        "mitigated": r"緩和|軽減",
        "in progress": r"対応(?:中|を|して)|(?:復旧|修正)?作業(?:中|を)|実施中"
        r"|発生(?:中|して)|継続(?:中|して)|進行中",
    },
    scheduled=r"予定|計画|予告|メンテナンス(?:実施)?のお知らせ",
    cancelled=r"(?:中止|取り?(?:やめ|消し?))",
    between=r"[^、。]{0,12}?",
    edge="",
    unfinished=(
        r"(?:復旧|解決|解消|完了|終了)(?:して|されて|に?至って)(?:い|お)(?:ません|りません|ない)"
        r"|(?:復旧|解決|解消|完了|終了)(?:の?(?:見込み|見通し|目途|めど|予定|作業)|に向け|に努め|まで|でき(?:て(?:い|お)))"
        r"|未(?:復旧|解決|解消|完了)"
    ),
)
TONGUES: Final = (_GERMAN, _FRENCH, _SPANISH, _PORTUGUESE, _JAPANESE)


def labelled(line: str) -> str:
    """The status that stands in front of a line as a label; empty when none does."""
    return _of(line[:_LONGEST], "labels")


def label_behind(title: str) -> str:
    """The status that stands at the end of a title as a label."""
    return _of(title[-_LONGEST:], "behind")


def said(text: str) -> str:
    """The status that the sentences of a text tell; of what is not over, it is what is done about
    it.
    """
    told = [status for one in _SENTENCE.split(text[:_READ]) if (status := _of(one, "sentences"))]
    over = [status for status in told if status in ("resolved", "cancelled")]
    doing = [status for status in told if status not in ("unresolved", "partially resolved")]
    return next(iter([*over, *doing, *told]), "")


def _of(text: str, where: str) -> str:
    forms = (getattr(tongue, where).items() for tongue in TONGUES)
    return next((status for form in forms for status, said in form if said.search(text)), "")
