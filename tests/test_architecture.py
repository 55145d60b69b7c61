"""House rules that a reader would otherwise have to remember (house-style §2, §5, §9; SEC-7).

Each rule is a function from a source file to its faults. It is run over all of ours, and over a
planted bad sample, so that a rule which finds nothing is known to be able to.
"""

import ast
import configparser
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.template import TemplateDoesNotExist, engines
from django.template.loader import get_template

from portal.audit.models import PatientModel
from portal.audit.privacy import LIBRARY_TABLES, WITHOUT_PERSONS
from portal.common.crypto import encrypted_fields

ROOT: Path = settings.BASE_DIR
PACKAGES = ("portal", "organisations", "offers", "referrals", "partnerships")
RULES_OF_THE_FIELD = ("models", "workflow", "services", "permissions", "selectors", "notifications")
PAGES = ("views", "api")


@dataclass(frozen=True)
class Source:
    path: str  # from the root, with slashes
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def part(self) -> str:
        """views, services ...: the module's role in its app, also inside a package of that name."""
        inside = re.split(r"[/.]", self.path)[2 if self.path.startswith("portal/") else 1 :]
        found = [name for name in inside if name in {*RULES_OF_THE_FIELD, *PAGES}]
        return found[0] if found else ""

    @property
    def is_migration(self) -> bool:
        return "/migrations/" in self.path

    def at(self, node: ast.AST, fault: str) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 0)}: {fault}"

    def lines_with(self, pattern: str, fault: str, *, flags: int = 0) -> list[str]:
        return [
            f"{self.path}:{number}: {fault}: {line.strip()[:80]}"
            for number, line in enumerate(self.text.splitlines(), 1)
            if re.search(pattern, line, flags)
        ]


@lru_cache
def sources() -> tuple[Source, ...]:
    found = [
        Source(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    ]
    assert len(found) > 100
    return tuple(found)


# --- scoping --------------------------------------------------------------------------------------

# How a page may begin a query: methods that ask for the actor, or for what is open to all.
SCOPED = {
    "visible_to",
    "public",
    "sent_by",
    "received_by",
    "overseen_by",
    "moderated_by",
    "now_part_of",
    "open_to",
    "owned_by",
    "run_by",
    "of_user",
}
# Reference data that is the same for everybody.
OPEN_MODELS = {
    "AreaMembership",
    "HealthCouncil",
    "Municipality",
    "PostalCode",
    "PostalCodeMunicipality",
    "Region",
}
# A query of a page that begins otherwise, and why nobody sees by it what is another's.
_OWN = "of the organisation that the actor acts for"
_PERSON = "of the person who is signed in"
_LINK = "by the hash of a token, or by the link that is the actor"
SCOPED_OTHERWISE = {
    ("organisations/views/facts.py", "ClosingPeriod"): _OWN,
    ("organisations/views/facts.py", "Contact"): _OWN,
    ("organisations/views/facts.py", "OrganisationProfile"): _OWN,
    ("organisations/views/members.py", "Invitation"): _PERSON,
    ("organisations/views/members.py", "User"): "does the invited address have an account",
    ("organisations/views/public.py", "Contact"): "public, of an organisation found in scope",
    ("organisations/views/public.py", "OrganisationProfile"): "of an organisation found in scope",
    ("organisations/views/terms.py", "TermsAcceptance"): _OWN,
    ("partnerships/views/enquiries.py", "EnquiryLink"): _LINK,
    ("portal/accounts/views.py", "Authenticator"): _PERSON,
    ("portal/accounts/views.py", "UserSession"): _PERSON,
    ("referrals/views/audit.py", "AuditEntry"): "what concerns the officer's own organisation",
    ("referrals/views/reply.py", "ReplyLink"): _LINK,
}


def scoped_queries(source: Source) -> list[str]:
    if source.part not in PAGES:
        return []
    faults = []
    parents = {
        child: parent for parent in ast.walk(source.tree) for child in ast.iter_child_nodes(parent)
    }
    for node in ast.walk(source.tree):
        manager = isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}
        if not manager:
            continue
        model = ast.unparse(node.value)
        after = parents.get(node)
        method = after.attr if isinstance(after, ast.Attribute) else "nothing"
        if method in SCOPED or model in OPEN_MODELS or (source.path, model) in SCOPED_OTHERWISE:
            continue
        faults.append(source.at(node, f"{model}.objects begins with {method}, not with a scope"))
    return faults


def no_pages_in_rules(source: Source) -> list[str]:
    if source.part not in RULES_OF_THE_FIELD:
        return []
    faults = []
    for node in ast.walk(source.tree):
        names = (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
        faults += [
            source.at(node, f"{name} in {source.part}")
            for name in names
            if name.startswith(("django.http", "django.shortcuts", "rest_framework"))
        ]
    return faults


def no_session_settings(source: Source) -> list[str]:
    """Through a pooler they leak to the next client (tenancy-and-audit.md, 8)."""
    text = source.text
    if not source.is_migration:
        text = re.sub(r'"""[\s\S]*?"""', lambda m: "\n" * m.group().count("\n"), text)
        text = re.sub(r"#.*", "", text)
    plain = Source(source.path, text)
    return plain.lines_with(
        r"set_config\([^)]*,\s*(false|'?f'?)\s*\)|\bSET\s+(SESSION|ROLE)\b|RESET\s+ROLE"
        r"|[\"']SET\s+(?!TRANSACTION|CONSTRAINTS|LOCAL)[a-z_]+\s*(=|TO\b)",
        "a setting that outlives its transaction",
        flags=re.IGNORECASE,
    )


def no_unguarded(source: Source) -> list[str]:
    if source.path == "portal/audit/scope.py":
        return []
    return source.lines_with(r"\bunguarded\b", "only tests read past the guard")


def bell_only_from_the_outbox(source: Source) -> list[str]:
    if source.path.startswith(("portal/notifications/", "portal/jobs/", "portal/celery")):
        return []
    return source.lines_with(
        r"\.(delay|apply_async|send_task)\(", "a job rung past the outbox", flags=0
    )


# --- time -----------------------------------------------------------------------------------------


def one_clock(source: Source) -> list[str]:
    if source.path in {"portal/common/clock.py", "portal/common/logging.py"}:
        return []
    faults = source.lines_with(
        r"timezone\.now\b|auto_now|datetime\.(utc)?now\(|date\.today\(|\bNow\(\)"
        r"|import\s+.*\bNow\b",
        "time comes from portal.common.clock",
    )
    strings = [
        node
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    documentation = {
        id(holder.body[0].value)
        for holder in ast.walk(source.tree)
        if isinstance(holder, ast.Module | ast.FunctionDef | ast.ClassDef)
        and holder.body
        and isinstance(holder.body[0], ast.Expr)
    }
    sql_time = re.compile(
        r"\bnow\(\)|CURRENT_(DATE|TIMESTAMP|TIME)\b|LOCALTIMESTAMP", re.IGNORECASE
    )
    return faults + [
        source.at(node, "SQL's own clock")
        for node in strings
        if id(node) not in documentation
        and sql_time.search(str(node.value))
        and not re.search(r"clock\.now\(\)|timezone\.now", str(node.value))
    ]


# --- safety ---------------------------------------------------------------------------------------

# Where text becomes markup without escaping, and why it is safe there.
MARK_SAFE: dict[str, str] = {
    "portal/common/templatetags/look.py": "attributes and icons that we make ourselves, escaped",
    "offers/facets.py": "checkboxes of our own vocabulary; every piece is escaped",
    "portal/documents/qr.py": "an SVG drawn by segno of a link; the label is escaped",
}


def no_unescaped_text(source: Source) -> list[str]:
    if source.path in MARK_SAFE:
        return []
    return source.lines_with(r"\bmark_safe\(|SafeString\(|SafeText\(", "unescaped text")


def no_raw_queries(source: Source) -> list[str]:
    if source.is_migration:
        return []
    return source.lines_with(r"\.objects\.raw\(|\.extra\(\s*(select|where)|RawSQL\(", "raw SQL")


def environment_in_one_place(source: Source) -> list[str]:
    own = ("portal/settings/", "portal/embedded/", "portal/demo/", "portal/wsgi", "portal/celery")
    if source.path.startswith(own):
        return []
    return source.lines_with(
        r"os\.getenv|os\.environ(?!\.setdefault\(.DJANGO_SETTINGS_MODULE)",
        "the environment is read in settings",
    )


def no_signals(source: Source) -> list[str]:
    if source.path.startswith("portal/accounts/"):
        return []  # allauth says only by signal that somebody signed in
    return source.lines_with(
        r"(pre|post)_(save|delete|init)\.connect|import.*\b(pre|post)_(save|delete|init)\b"
        r"|m2m_changed|@receiver\(",
        "a signal round the arrows",
    )


def no_promises(source: Source) -> list[str]:
    return source.lines_with(r"#.*\b(TODO|FIXME|XXX|HACK)\b", "do it, or name it elsewhere")


def no_catch_all_modules(source: Source) -> list[str]:
    names = {"utils", "helpers", "core", "misc", "common_utils"}
    parts = re.split(r"[/.]", source.path)
    return [f"{source.path}: name it after what it does"] if names & set(parts) else []


def modules_stay_readable(source: Source) -> list[str]:
    lines = source.text.count("\n")
    limit = 600  # "about 400": from here on it is a package
    if source.is_migration or lines <= limit:
        return []
    return [f"{source.path}: {lines} lines; split it by noun"]


Rule = Callable[[Source], list[str]]
# Each rule with a sample that it must find fault with.
RULES: list[tuple[Rule, str, str]] = [
    (scoped_queries, "x/views.py", "def f(r):\n    return Referral.objects.filter(pk=1)"),
    (scoped_queries, "x/views/inbox.py", "rows = Referral.objects.all()"),
    (scoped_queries, "x/api.py", "queryset = get(Referral.objects)"),
    (no_pages_in_rules, "x/services/a.py", "from django.http import HttpRequest"),
    (no_pages_in_rules, "x/models.py", "import django.http"),
    (no_session_settings, "x/a.py", "run(\"SELECT set_config('app.x', '1', false)\")"),
    (no_session_settings, "x/a.py", "run('SET ROLE portal_app')"),
    (no_session_settings, "x/a.py", "run('SET statement_timeout = 5')"),
    (no_session_settings, "x/a.py", "run('set time_zone TO 5')"),
    (no_unguarded, "x/a.py", "from portal.audit.scope import unguarded"),
    (bell_only_from_the_outbox, "referrals/services/a.py", "send.delay(1)"),
    (bell_only_from_the_outbox, "referrals/views.py", "send.apply_async((1,))"),
    (one_clock, "x/a.py", "a = timezone.now()"),
    (one_clock, "x/a.py", "a = models.DateTimeField(auto_now_add=True)"),
    (one_clock, "x/a.py", "a = datetime.now(UTC)"),
    (one_clock, "x/a.py", "from django.db.models.functions import Now"),
    (one_clock, "x/a.py", "sql = 'DELETE FROM x WHERE at < now()'"),
    (one_clock, "x/migrations/0001_a.py", "sql = 'at date DEFAULT CURRENT_DATE'"),
    (no_unescaped_text, "x/a.py", "mark_safe(name)"),
    (no_raw_queries, "x/a.py", "Offer.objects.raw('SELECT 1')"),
    (environment_in_one_place, "offers/a.py", "os.environ['X']"),
    (no_signals, "offers/a.py", "@receiver(post_save)"),
    (no_promises, "x/a.py", "a = 1  # TODO later"),
    (no_catch_all_modules, "offers/utils.py", ""),
    (modules_stay_readable, "offers/a.py", "a = 1\n" * 700),
]


@pytest.mark.parametrize("rule", sorted({r for r, *_ in RULES}, key=lambda r: r.__name__))
def test_the_source_keeps_the_rule(rule: Rule) -> None:
    faults = [fault for source in sources() for fault in rule(source)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(("rule", "path", "text"), RULES)
def test_the_rule_finds_a_planted_fault(rule: Rule, path: str, text: str) -> None:
    assert rule(Source(path, text))


def test_every_exception_to_a_rule_is_still_needed() -> None:
    paths = {source.path: source for source in sources()}
    for path, model in SCOPED_OTHERWISE:
        assert f"{model}.objects" in paths[path].text, (path, model)
    for path in MARK_SAFE:
        assert re.search(r"mark_safe|SafeString", paths[path].text), path


# --- import order ---------------------------------------------------------------------------------

# House-style §2, from the top; names that it does not give stand where they belong by what they do.
HOUSE_ORDER = """
portal.urls | portal.celery | portal.demo | portal.wsgi
portal.pages_urls
portal.views | portal.health
portal.front_page | portal.showcase
portal.api
portal.reporting | portal.succession
referrals | partnerships
offers
organisations
portal.notifications | portal.jobs
portal.audit
portal.access
portal.accounts
portal.geography | portal.documents
portal.common
portal.embedded | portal.settings
"""


def _layers(text: str) -> list[set[str]]:
    return [
        {name.strip(" ()") for name in line.split("|")}
        for line in text.splitlines()
        if line.strip()
    ]


def test_the_import_order_is_the_house_order_and_places_every_module() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    layers = _layers(config["importlinter:contract:order"]["layers"])
    assert layers == _layers(HOUSE_ORDER)

    placed = set().union(*layers)
    there = {
        f"portal.{path.stem}"
        for path in (ROOT / "portal").iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists()) and path.stem != "__init__"
    } | set(PACKAGES) - {"portal"}
    assert there <= placed, f"place these in .importlinter and here: {there - placed}"
    optional = {"portal.api", "portal.reporting"}
    assert placed - there <= optional


def _lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        str(Path(sys.executable).parent / "lint-imports"),
        "--no-logo",
        "--no-cache",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_imports_keep_the_order_and_a_planted_import_breaks_it(tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package,
            tmp_path / package,
            ignore=lambda folder, names: [
                n for n in names if not n.endswith(".py") and not (Path(folder) / n).is_dir()
            ],
        )
    shutil.copy(ROOT / ".importlinter", tmp_path)
    kept = _lint_imports(tmp_path)
    assert kept.returncode == 0, kept.stdout

    with (tmp_path / "portal/common/clock.py").open("a") as file:
        file.write("\nimport offers.models\n")
    with (tmp_path / "offers/services/__init__.py").open("a") as file:
        file.write("\nimport offers.views\n")
    broken = _lint_imports(tmp_path)
    assert "2 broken" in broken.stdout, broken.stdout


# --- templates ------------------------------------------------------------------------------------

TEMPLATES = ROOT / "templates"
# Templates that a library asks for by name.
ASKED_FOR_BY_LIBRARIES = ("django/", "account/", "mfa/", "usersessions/", "allauth/", "admin/")
ERROR_PAGES = {"400.html", "403.html", "404.html", "500.html"}


@lru_cache
def template_texts() -> dict[str, str]:
    return {
        str(path.relative_to(TEMPLATES)): path.read_text(encoding="utf-8")
        for path in sorted(TEMPLATES.rglob("*"))
        if path.is_file()
    }


def _mentioned() -> Iterator[tuple[str, str]]:
    """(where, name) of every template named in code or in another template."""
    name = re.compile(r"^[\w./-]+\.(html|txt|subject\.txt|xml|typ)(#[\w-]+)?$")
    for source in sources():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if name.match(node.value):
                    yield source.path, node.value.partition("#")[0]
    tag = re.compile(r"""\{%\s*(?:include|extends)\s+["']([^"'#]+)(?:#[\w-]+)?["']""")
    for path, text in template_texts().items():
        for found in tag.findall(text):
            yield path, found


def _made_from_parts() -> list[re.Pattern[str]]:
    """Names that code puts together, as f-strings: `f"emails/{x}.txt"`."""
    patterns = []
    for source in sources():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.JoinedStr):
                text = "".join(
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
                    for part in node.values
                )
                if re.search(r"\\\.(html|txt)$", text):
                    patterns.append(re.compile(text))
    return patterns


def test_every_template_that_is_named_is_there() -> None:
    missing = []
    for where, name in _mentioned():
        if "/" not in name and name not in ERROR_PAGES:
            continue  # a file of another kind
        if name in template_texts():
            continue
        try:
            get_template(name)
        except TemplateDoesNotExist:
            if (
                not (ROOT / name).exists()
                and not (ROOT / where).with_name(Path(name).name).exists()
            ):
                missing.append(f"{where}: {name}")
    assert not missing, "\n".join(missing)


def test_every_template_is_used() -> None:
    used = {name for _where, name in _mentioned()} | ERROR_PAGES
    made = _made_from_parts()
    unused = [
        name
        for name in template_texts()
        if name not in used
        and not name.startswith(ASKED_FOR_BY_LIBRARIES)
        and not any(pattern.fullmatch(name) for pattern in made)
    ]
    assert not unused, "\n".join(unused)


# Of every page: strict CSP refuses these, and a browser would only drop them silently.
FORBIDDEN_IN_TEMPLATES = {
    r"""\son[a-z]+\s*=\s*["']""": "inline handler",
    r"""\sstyle\s*=\s*["']""": "inline style",
    r"<style\b": "inline style sheet",
    r"<script\b(?![^>]*\bsrc=)": "inline script",
    r"javascript:": "script in an address",
    r"""(?:src|action|data-[a-z-]+)\s*=\s*["']https?://""": "a request to somebody else",
    r"\|\s*safe\b|\{%\s*autoescape\s+off": "unescaped text",
    r"hx-on[:-]": "inline handler",
}


def template_faults(name: str, text: str) -> list[str]:
    if name.endswith(".txt"):
        return []
    plain = re.sub(r"\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}", "", text, flags=re.DOTALL)
    return [
        f"{name}: {fault}"
        for pattern, fault in FORBIDDEN_IN_TEMPLATES.items()
        if re.search(pattern, plain)
    ]


def test_templates_hold_nothing_that_the_browser_refuses() -> None:
    faults = [f for name, text in template_texts().items() for f in template_faults(name, text)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "text",
    [
        '<a onclick="x()">',
        '<p style="color:red">',
        "<style>p{}</style>",
        "<script>x()</script>",
        '<a href="javascript:x()">',
        '<img src="https://elsewhere.example/x.png">',
        "{{ name|safe }}",
        '<div hx-on:click="x()">',
    ],
)
def test_the_template_rule_finds_a_planted_fault(text: str) -> None:
    assert template_faults("x.html", text)


def test_components_say_their_inputs_first() -> None:
    silent = [
        name
        for name, text in template_texts().items()
        if name.startswith("components/") and not text.lstrip().startswith(("{#", "{% comment"))
    ]
    assert not silent


def test_every_template_compiles() -> None:
    engine = engines["django"]
    for name in template_texts():
        if name.endswith((".html", ".txt")):
            engine.get_template(name)


# --- personal data --------------------------------------------------------------------------------

PRIVACY_KEYS = {"controller", "purpose", "retention", "seen_by"}


def test_every_table_says_whose_data_it_holds_or_why_it_holds_nobodys() -> None:
    """CON-11, CON-14: a new table without a word on persons is refused."""
    for model in apps.get_models():
        label = model._meta.label_lower
        said = [
            "privacy" in vars(model),
            label in LIBRARY_TABLES,
            label in WITHOUT_PERSONS,
        ]
        assert any(said), f"{label}: give it `privacy`, or a reason in portal/audit/privacy.py"
        assert sum(said) == 1, f"{label} is classified twice"


def test_what_is_said_of_personal_data_is_complete() -> None:
    for model in apps.get_models():
        privacy = vars(model).get("privacy") or LIBRARY_TABLES.get(model._meta.label_lower)
        if privacy is not None:
            assert set(privacy) == PRIVACY_KEYS, model
            assert all(words.strip() for words in privacy.values()), model


def test_a_table_with_sealed_columns_or_patient_rows_is_never_called_nobodys() -> None:
    for model in apps.get_models():
        personal = issubclass(model, PatientModel) or encrypted_fields(model)
        names = {field.name for field in model._meta.get_fields()}
        personal = bool(personal) or bool(names & {"email", "phone", "cpr"})
        if personal:
            assert model._meta.label_lower not in WITHOUT_PERSONS, model


def test_the_lists_name_no_table_that_is_gone() -> None:
    labels = {model._meta.label_lower for model in apps.get_models(include_auto_created=True)}
    assert set(LIBRARY_TABLES) <= labels
    assert set(WITHOUT_PERSONS) <= labels
    assert all(reason.strip() for reason in WITHOUT_PERSONS.values())


def test_foreign_keys_to_a_referral_are_followed_by_its_retention() -> None:
    """A row that hangs on a referral goes with it or holds it back; it never loses its meaning."""
    from referrals.models import Referral

    for relation in Referral._meta.related_objects:
        on_delete = relation.on_delete  # type: ignore[attr-defined]
        assert on_delete in {models.PROTECT, models.CASCADE}, relation
