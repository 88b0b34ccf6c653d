"""The demonstration city: what is written, that it can be opened, that it is the same each time."""

import csv
import hashlib
import io
import unicodedata
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pikepdf
import pytest

from voute.client.findings import Problem
from voute.client.preflight import PdfFolder, check_table
from voute.client.table import read_table
from voute.core.errors import LimitError
from voute.paper import bill, demo_awkward, demo_people
from voute.paper.demo_city import BILL_TYPE, PERMIT_TYPE, DemoCity, build_demo_city
from voute.paper.demo_dates import SAMPLE_DAY, a_year_later, permit_day

COUNT = 24


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> DemoCity:
    return build_demo_city(tmp_path_factory.mktemp("city"), count=COUNT)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def awkward(city: DemoCity, kind: str) -> Path:
    name = dict(city.awkward)[kind]
    found = [path for path in city.bills_dir.iterdir() if unicodedata.normalize("NFC", path.name) == name]
    assert len(found) == 1
    return found[0]


def test_demo_city_list_names_every_file_once(city: DemoCity) -> None:
    listed = [unicodedata.normalize("NFC", row["fichier"]) for row in rows_of(city.bills_csv)]
    on_disk = [unicodedata.normalize("NFC", path.name) for path in city.bills_dir.iterdir()]
    assert len(listed) == city.bills == COUNT
    assert sorted(listed) == sorted(on_disk)


def test_demo_city_list_is_a_spreadsheet_export_with_french_headings(city: DemoCity) -> None:
    data = city.bills_csv.read_bytes()
    assert data.startswith("\ufeffréférence;partie;nom;adresse;langue;fichier;titre;type;montant;".encode())
    assert data.count(b"\r\n") == COUNT + 1
    first = rows_of(city.bills_csv)[0]
    assert first["montant"] == "3835,90"
    assert first["versements"] == "2026-03-05: 958,99 | 2026-06-04: 958,97 | 2026-09-03: 958,97 | 2026-11-05: 958,97"


def test_demo_city_instalments_add_up_to_the_amount_in_every_row(city: DemoCity) -> None:
    for row in rows_of(city.bills_csv):
        shares = [int(part.partition(": ")[2].replace(",", "")) for part in row["versements"].split(" | ")]
        assert sum(shares) == int(row["montant"].replace(",", ""))


def test_demo_city_references_and_keys_are_unique(city: DemoCity) -> None:
    rows = rows_of(city.bills_csv)
    assert len({row["référence"] for row in rows}) == len({row["clé"] for row in rows}) == COUNT
    assert {row["type"] for row in rows} == {BILL_TYPE}


def test_demo_city_resident_is_in_both_deliveries(city: DemoCity) -> None:
    for row, title, file in (
        (rows_of(city.bills_csv)[0], city.resident.bill_title, city.resident.bill_file),
        (rows_of(city.permits_csv)[0], city.resident.permit_title, city.resident.permit_file),
    ):
        person = (row["référence"], row["partie"], row["nom"], row["adresse"])
        assert person == (city.resident.reference, city.resident.party, city.resident.name, city.resident.address)
        assert (row["titre"], row["fichier"]) == (title, file)


def test_demo_city_permits_are_a_small_second_delivery(city: DemoCity) -> None:
    rows = rows_of(city.permits_csv)
    assert len(rows) == city.permits == 3
    assert {row["type"] for row in rows} == {PERMIT_TYPE}
    assert all((city.permits_dir / row["fichier"]).is_file() for row in rows)


def test_demo_city_every_file_opens_without_a_password(city: DemoCity) -> None:
    for folder in (city.bills_dir, city.permits_dir):
        for path in folder.iterdir():
            with pikepdf.open(path) as pdf:
                assert not pdf.is_encrypted
                assert pdf.pages
                assert not pdf.check_pdf_syntax()


def test_demo_city_has_twenty_kinds_of_awkward_files(city: DemoCity) -> None:
    assert [kind for kind, _ in city.awkward] == [one.kind for one in demo_awkward.KINDS]
    assert len(set(dict(city.awkward))) == 20


@pytest.mark.parametrize(("kind", "pages"), [("thirty-pages", 30), ("landscape", 1), ("tiny", 1), ("large", 2)])
def test_demo_city_awkward_pages(city: DemoCity, kind: str, pages: int) -> None:
    with pikepdf.open(awkward(city, kind)) as pdf:
        assert len(pdf.pages) == pages


@pytest.mark.parametrize(
    ("kind", "filter_name"),
    [("scan-grey", "/DCTDecode"), ("scan-colour", "/DCTDecode"), ("scan-fax", "/CCITTFaxDecode"), ("large", None)],
)
def test_demo_city_scans_are_one_picture_a_page_without_text(city: DemoCity, kind: str, filter_name: str | None) -> None:
    with pikepdf.open(awkward(city, kind)) as pdf:
        for page in pdf.pages:
            assert "/Font" not in page.Resources
            assert [str(one.operator) for one in pikepdf.parse_content_stream(page)] == ["q", "cm", "Do", "Q"]
            picture = page.Resources.XObject.Scan
            assert (str(picture.Filter) if "/Filter" in picture else None) == filter_name


def test_demo_city_fax_is_black_on_white(city: DemoCity) -> None:
    with pikepdf.open(awkward(city, "scan-fax")) as pdf:
        scan = pdf.pages[0].Resources.XObject.Scan
        assert isinstance(scan, pikepdf.Stream)
        picture = pikepdf.PdfImage(scan).as_pil_image().convert("L")
        assert sum(picture.histogram()[128:]) > 0.8 * picture.width * picture.height


def test_demo_city_large_file_is_forty_megabytes(city: DemoCity) -> None:
    assert 40_000_000 <= awkward(city, "large").stat().st_size < 41_000_000


def test_demo_city_decomposed_name_differs_from_its_list(city: DemoCity) -> None:
    path = awkward(city, "name-decomposed")
    assert path.name != dict(city.awkward)["name-decomposed"]
    assert path.name == unicodedata.normalize("NFD", path.name)


def test_demo_city_odd_names_have_what_breaks_careless_readers(city: DemoCity) -> None:
    names = dict(city.awkward)
    assert names["name-capitals"].endswith(" (2).PDF")
    assert {"#", "%", "&"} <= set(names["name-signs"])
    assert "'" in names["name-apostrophes"]
    assert "  " in names["name-apostrophes"]
    assert len(names["name-long"]) > 150
    assert all(len(name.encode()) <= 255 for name in names.values())


def test_demo_city_landscape_is_wider_than_high_and_tiny_is_small(city: DemoCity) -> None:
    with pikepdf.open(awkward(city, "landscape")) as pdf:
        _, _, width, height = (float(value) for value in pdf.pages[0].MediaBox)
        assert width > height
    with pikepdf.open(awkward(city, "tiny")) as pdf:
        _, _, width, height = (float(value) for value in pdf.pages[0].MediaBox)
        assert width < 220 > height


def test_demo_city_form_has_a_field_and_a_box_with_names_for_all(city: DemoCity) -> None:
    with pikepdf.open(awkward(city, "form")) as pdf:
        assert [(str(one.FT), bool(str(one.TU))) for one in pdf.Root.AcroForm.Fields] == [("/Tx", True), ("/Btn", True)]


def test_demo_city_links_lead_out_and_in(city: DemoCity) -> None:
    with pikepdf.open(awkward(city, "links")) as pdf:
        links = list(pdf.pages[0].Annots)
        assert [str(one.A.URI).partition(":")[0] for one in links if "/A" in one] == ["https", "mailto"]
        assert next(one for one in links if "/Dest" in one).Dest[0].objgen == pdf.pages[1].obj.objgen


def test_demo_city_script_would_run_on_opening(city: DemoCity) -> None:
    with pikepdf.open(awkward(city, "script")) as pdf:
        assert str(pdf.Root.OpenAction.S) == "/JavaScript"
        assert "/AA" in pdf.pages[0]
        assert "/JavaScript" in pdf.Root.Names


def test_demo_city_rotated_old_linearised_and_attachment(city: DemoCity) -> None:
    with pikepdf.open(awkward(city, "rotated")) as pdf:
        assert [int(page.Rotate) for page in pdf.pages] == [90, 270]
    old = awkward(city, "old").read_bytes()
    assert old.startswith(b"%PDF-1.4")
    assert b"/ObjStm" not in old
    with pikepdf.open(awkward(city, "linearised")) as pdf:
        assert pdf.is_linearized
    with pikepdf.open(awkward(city, "attachment")) as pdf:
        assert list(pdf.attachments) == ["détail.csv"]


def test_demo_city_lists_pass_the_preflight_of_the_client(city: DemoCity) -> None:
    for table, folder, kind, count in (
        (city.bills_csv, city.bills_dir, BILL_TYPE, city.bills),
        (city.permits_csv, city.permits_dir, PERMIT_TYPE, city.permits),
    ):
        checked = check_table(read_table(table.read_bytes()), PdfFolder(folder), [kind], "2026")
        assert checked.findings == ()
        assert len(checked.rows) == count


def test_demo_city_list_with_faults_has_those_of_the_departments_guide(city: DemoCity) -> None:
    table = read_table((city.bills_csv.parent / "permis-fautes.csv").read_bytes())
    checked = check_table(table, PdfFolder(city.permits_dir), [BILL_TYPE, PERMIT_TYPE], "2026")
    assert [(one.line, one.problem) for one in checked.findings] == [
        (2, Problem.FILE_MISSING),
        (3, Problem.TYPE_UNKNOWN),
        (4, Problem.CELL_MISSING),
        (4, Problem.DATE_MALFORMED),
    ]
    assert rows_of(city.bills_csv.parent / "permis-fautes.csv")[0]["fichier"] == "permis-2026-0471.pdf"


def test_demo_city_same_seed_gives_the_same_bytes(city: DemoCity, tmp_path: Path) -> None:
    def digests(folder: Path) -> dict[str, str]:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    again = build_demo_city(tmp_path, count=COUNT)
    assert digests(tmp_path) == digests(city.bills_csv.parent)
    assert again.resident == city.resident


def test_demo_city_too_small_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LimitError):
        build_demo_city(tmp_path, count=22)
    assert list(tmp_path.iterdir()) == []


def test_demo_people_are_varied_and_belong_to_their_seed() -> None:
    people = demo_people.taxpayers(2026, 400)
    assert people == demo_people.taxpayers(2026, 400)
    assert people[1:] != demo_people.taxpayers(2027, 400)[1:]
    assert {one.bill.use for one in people} == {"home", "rental", "business"}
    assert {len(one.bill.owners) for one in people} == {1, 2}
    assert len({one.bill.roll_number for one in people}) == 400
    assert len({one.party for one in people}) < 400


@pytest.mark.parametrize("today", [date(2026, 1, 1) + timedelta(days=number) for number in range(0, 1600, 11)])
def test_demo_bills_of_any_day_wait_to_be_paid(today: date) -> None:
    made = demo_people.taxpayers(2026, 1, today)[0].bill
    due = [one.due for one in made.instalments]
    assert made.issued_on < today < today + timedelta(days=13) < due[0] < today + timedelta(days=21)
    assert due == sorted(due)
    assert {one.weekday() for one in due} == {3}
    assert (due[0] - made.issued_on).days == 31
    assert (permit_day(today).weekday() < 5, today - permit_day(today) < timedelta(days=3)) == (True, True)


def test_demo_bills_of_a_day_differ_in_dates_alone() -> None:
    then, now = (demo_people.taxpayers(2026, 30, day)[29] for day in (SAMPLE_DAY, date(2029, 11, 26)))
    assert [one.cents for one in then.bill.instalments] == [one.cents for one in now.bill.instalments]
    assert replace(then.bill, instalments=(), issued_on=now.bill.issued_on) == replace(now.bill, instalments=())


def test_demo_bill_says_the_days_of_its_list() -> None:
    today = date(2029, 11, 26)
    made = demo_people.taxpayers(2026, 1, today)[0].bill
    with pikepdf.open(io.BytesIO(bill.BillPress().pdf(made))) as pdf:
        assert str(pdf.docinfo.Title) == "Compte de taxes municipales 2029"
    said = bill.as_data(made)
    assert said["issued_on"] == "12\u00a0novembre\u00a02029"
    assert "'due': '13\\xa0décembre\\xa02029'" in str(said["instalments"])
    words = bill.words(2029)
    assert (words["assessment"], words["taxes"]) == ("Évaluation au rôle 2028-2029-2030", "Vos taxes en 2029")
    assert "1er\u00a0juillet\u00a02026" in words["assessment_note"]
    assert not [key for key, word in words.items() if isinstance(word, str) and "{" in word]


@pytest.mark.parametrize(("when", "later"), [(date(2028, 2, 29), date(2029, 2, 28)), (date(2026, 4, 14), date(2027, 4, 14))])
def test_demo_permit_is_good_for_a_year(when: date, later: date) -> None:
    assert a_year_later(when) == later


def test_demo_people_csv_cells_hold_no_separator_of_lines() -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([one.name, one.address] for one in demo_people.taxpayers(7, 300))
    assert len(out.getvalue().splitlines()) == 300
