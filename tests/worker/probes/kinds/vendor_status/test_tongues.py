"""What items of feeds say of their status in German, French, Spanish, Portuguese and Japanese."""

# ruff: noqa: RUF001 - tables of what people write
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.probes.kinds.vendor_status.words.saying import RANKS, label_of_title, labelled, said

LABELS = [
    ("resolved", "Behoben - Die Störung ist vorbei"),
    ("unresolved", "Noch nicht behoben: x"),
    ("investigating", "Untersuchung läuft - wir melden uns"),
    ("monitoring", "In Beobachtung: x"),
    ("resolved", "Résolu - tout va bien"),
    ("unresolved", "Non résolu - x"),
    ("investigating", "En cours d'investigation - x"),
    ("in progress", "En cours - x"),
    ("scheduled", "Planifiée: x"),
    ("resolved", "Resuelto - x"),
    ("unresolved", "Sin resolver: x"),
    ("monitoring", "En observación - x"),
    ("resolved", "Resolvido - x"),
    ("unresolved", "Não resolvido - x"),
    ("in progress", "Em andamento: x"),
    ("resolved", "【復旧】障害"),
    ("resolved", "【復旧済み】x"),
    ("unresolved", "【未復旧】x"),
    ("investigating", "【調査中】x"),
    ("in progress", "【復旧作業中】x"),
    ("resolved", "【メンテナンス完了】x"),
]
BEHIND = [
    ("resolved", "API-Ausfall (behoben)"),
    ("resolved", "Panne API : résolue"),
    ("resolved", "障害のお知らせ（解決済み）"),
    ("monitoring", "Falla - En monitoreo"),
]
SENTENCES = [
    ("resolved", "Die Störung wurde behoben."),
    ("unresolved", "Die Störung wird so bald wie möglich behoben."),
    ("unresolved", "Das Problem ist noch nicht vollständig behoben."),
    ("partially resolved", "Die Störung ist teilweise behoben."),
    ("investigating", "Wir untersuchen das Problem."),
    ("identified", "Die Ursache wurde gefunden."),
    ("resolved", "Die Wartung ist abgeschlossen."),
    ("resolved", "L'incident est résolu."),
    ("unresolved", "L'incident n'est pas encore résolu."),
    ("unresolved", "Le problème sera résolu demain."),
    ("resolved", "La maintenance est terminée."),
    ("investigating", "Nous enquêtons sur le problème."),
    ("identified", "La cause a été identifiée."),
    ("resolved", "El problema ha sido resuelto."),
    ("unresolved", "El problema aún no se ha resuelto."),
    ("unresolved", "El servicio será restablecido pronto."),
    ("investigating", "Estamos investigando el problema."),
    ("resolved", "El mantenimiento ha finalizado."),
    ("resolved", "O problema foi resolvido."),
    ("unresolved", "O problema ainda não foi resolvido."),
    ("monitoring", "Estamos monitorando a situação."),
    ("partially resolved", "O serviço foi parcialmente restabelecido."),
    ("resolved", "障害は復旧しました。"),
    ("unresolved", "まだ復旧していません。"),
    ("unresolved", "復旧の見込みは立っていません。"),
    ("unresolved", "現在復旧作業を行っております。"),
    ("partially resolved", "一部のサービスは復旧しました。"),
    ("investigating", "原因を調査しております。"),
    ("identified", "原因を特定しました。"),
    ("resolved", "メンテナンスは終了いたしました。"),
    ("in progress", "現在、障害が発生しております。"),
    ("resolved", "一時、障害が発生しておりましたが、現在は復旧しております。"),
]


@pytest.mark.parametrize(("status", "line"), LABELS)
def test_a_label_stands_in_front(status: str, line: str) -> None:
    assert labelled(line) == status


@pytest.mark.parametrize(("status", "title"), BEHIND)
def test_a_label_stands_at_the_end_of_a_title(status: str, title: str) -> None:
    assert label_of_title(title) == status


@pytest.mark.parametrize(("status", "text"), SENTENCES)
def test_a_sentence_tells_it_unless_it_denies_it(status: str, text: str) -> None:
    assert said(text) == status


@given(st.text(max_size=120))
def test_any_text_tells_a_status_or_none(text: str) -> None:
    assert {labelled(text), label_of_title(text), said(text)} <= {"", *RANKS}
