"""What an audit finds: every rule, on listings and on processes that were made for it."""

from __future__ import annotations

import json
import os
import sys
import types

import pytest

import procmaps.host
from procmaps import Map, Maps, _audit
from procmaps._audit import audit_maps
from procmaps._audit_rules import COMPILERS, RULES, compilers_among
from procmaps._sarif import sarif_lines
from support.made_host import COMPILER, Workshop, made_host


def found(*maps, ignore=()):
    return [(finding.rule.id, finding.detail) for finding in audit_maps(Maps(maps), ignore)]


def mapping(perms, pathname=None, device=(0, 1), inode=7):
    if pathname is None or pathname[0] != "/":
        device, inode = (0, 0), 0
    return Map(0x1000, 0x2000, perms, 0, device, inode, pathname)


# Listings


@pytest.mark.parametrize(
    ("m", "rule"),
    [
        (mapping("rwxp"), "PM001"),
        (mapping("-wxp"), "PM001"),
        (mapping("rwxp", "[anon:jit]"), "PM001"),
        (mapping("rwxs", "/memfd:JITCode:QtQml (deleted)"), "PM001"),
        (mapping("rwxs", "/SYSV00000000 (deleted)"), "PM001"),
        (mapping("rwxs", "/dev/zero (deleted)"), "PM001"),
        (mapping("rwxp", "/lib/a.so", (8, 1)), "PM002"),
        (mapping("rwxp", "[stack]"), "PM003"),
        (mapping("r-xp", "[stack:77]"), "PM003"),
        (mapping("rwxp", "[heap]"), "PM004"),
        (mapping("r-xs", "/memfd:x (deleted)"), "PM005"),
        (mapping("r-xp"), "PM006"),
        (mapping("r-xs", "/SYSV00000000 (deleted)"), "PM006"),
        (mapping("--xp", "[anon:x]"), "PM006"),
        (mapping("r-xp", "/lib/a.so (deleted)", (8, 1)), "PM007"),
        (mapping("r-xp", "/dev/mem", (0, 6)), "PM011"),
        (mapping("r-xs", "anon_inode:[kvm-vcpu:0]"), "PM011"),
    ],
)
def test_each_rule_that_needs_only_the_listing(m, rule):
    assert [rule for rule, _ in found(m)] == [rule]


@pytest.mark.parametrize(
    "m",
    [
        mapping("r-xp", "/lib/a.so", (8, 1)),
        mapping("r-xp", "/dev/shm/a.so", (0, 5)),
        mapping("rw-p"),
        mapping("rw-p", "[stack]"),
        mapping("rw-p", "/lib/a.so (deleted)", (8, 1)),
        mapping("r-xp", "[vdso]"),
        mapping("--xp", "[vsyscall]"),
        mapping("r-xp", "[uprobes]"),
        mapping("r-xp", "[sigpage]"),
    ],
)
def test_what_is_as_it_should_be(m):
    assert found(m) == []


def test_code_that_can_be_written_by_another_mapping():
    name = "/memfd:doublemapper (deleted)"
    assert [rule for rule, _ in found(mapping("rw-s", name), mapping("r-xs", name))] == ["PM005", "PM010"]
    assert [rule for rule, _ in found(mapping("rw-p", name), mapping("r-xs", name))] == ["PM005"]
    assert [rule for rule, _ in found(mapping("rw-s", name, inode=8), mapping("r-xs", name))] == ["PM005"]


def test_names_are_safe_to_print():
    assert found(mapping("r-xs", "/memfd:\x1b[31m (deleted)")) == [("PM005", r"/memfd:\x1b[31m (deleted)")]


def test_compilers_are_noted_where_they_may_be_the_reason():
    java = mapping("r-xp", "/usr/lib/jvm/lib/server/libjvm.so", (8, 1))
    code, stack = audit_maps(Maps([java, mapping("rwxp"), mapping("rwxp", "[stack]")]))
    assert code.compilers == ("Java",)
    assert code.message == "memory of no file that can be written and executed (known to make code: Java)"
    assert (stack.compilers, stack.rule.id) == ((), "PM003")
    assert code.record()["compilers"] == ["Java"]
    assert code.record()["pid"] is None


# One name each, as the distributions have them.
KNOWN = {
    "Java": "libjvm.so", ".NET": "libcoreclr.so", "Mono": "libmonosgen-2.0.so.1.0.0", "V8": "node",
    "SpiderMonkey": "libmozjs-115.so.115.0.0", "JavaScriptCore": "libjavascriptcoregtk-4.1.so.0.4.5",
    "Qt QML": "libQt5Qml.so.5.15.8", "LuaJIT": "libluajit-5.1.so.2.1.0", "PyPy": "libpypy3.9-c.so",
    "Ruby": "libruby-3.1.so.3.1.2", "PHP": "opcache.so", "Erlang": "beam.smp", "LLVM": "libLLVM-15.so.1",
    "GCC JIT": "libgccjit.so.0.0.1", "PCRE": "libpcre2-8.so.0.11.2", "libffi": "libffi.so.8.1.2",
    "Orc": "liborc-0.4.so.0.33.0", "QEMU": "qemu-system-x86_64", "Wine": "wine64-preloader",
    "Valgrind": "memcheck-amd64-linux",
}  # fmt: skip


@pytest.mark.parametrize("compiler", COMPILERS, ids=lambda compiler: compiler.name)
def test_every_compiler_is_known_by_a_file(compiler):
    assert compilers_among([KNOWN[compiler.name], "libc.so.6"]) == [compiler.name]


def test_no_compiler_is_seen_where_there_is_none():
    assert compilers_among(["libc.so.6", "bash", "libssl.so.3", "libcrypto.so.3", "sshd", "postgres"]) == []


def test_rules_can_be_ignored():
    code, heap = mapping("rwxp"), mapping("rwxp", "[heap]")
    assert found(code, heap, ignore=["PM001"]) == [("PM004", "[heap]")]
    assert found(code, heap, ignore="PM001") == [("PM004", "[heap]")]
    assert found(code, heap, ignore=["PM004:*heap*"]) == [("PM001", "")]
    assert found(code, heap, ignore=["PM004:[h", "PM001:x"]) == [("PM001", ""), ("PM004", "[heap]")]
    with pytest.raises(ValueError, match="no rule is called 'PM999'; there are PM001, "):
        found(ignore=["PM999:x"])


def test_maps_have_it_too():
    maps = procmaps.from_str("1000-2000 rwxp 00000000 00:00 0 \n")
    (finding,) = maps.audit()
    assert (finding.rule.id, finding.map) == ("PM001", maps[0])
    assert maps.audit(ignore=["PM001"]) == []


def test_identifiers_are_unique_and_stay():
    assert [rule.id for rule in RULES] == [f"PM{i:03}" for i in range(1, 12)]
    assert len({rule.name for rule in RULES}) == len(RULES)


# Processes

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
compiled = pytest.mark.skipif(COMPILER is None, reason="needs a C compiler")

MADE = {
    "clean": ([], set()),
    "writable": (["writable", "-"], {"PM001"}),
    "anonymous": (["anonymous", "-"], {"PM006"}),
    "stack": (["stack", "-"], {"PM003"}),
    "heap": (["heap", "-"], {"PM004"}),
    "memfd": (["memfd", "x"], {"PM005"}),
    "double": (["double", "x"], {"PM005", "PM010"}),
    "sysv": (["sysv", "-"], {"PM001"}),
    "gone": (["private", "DIR/gone"], {"PM007"}),
}


@pytest.fixture
def quiet(monkeypatch):
    """Have no world-writable directory above: where tests put their files there is one."""
    monkeypatch.setattr(_audit, "_writable_by_all", lambda *_: ())


def made(words):
    def case(_, place):
        yield [word.replace("DIR", str(place)) for word in words]
        yield set()

    return case


@linux
@compiled
@pytest.mark.usefixtures("quiet")
def test_each_rule_on_a_process(tmp_path):
    cases = {name: made(words) for name, (words, _) in MADE.items()}
    with made_host(Workshop(tmp_path), tmp_path, cases) as host:
        answer = procmaps.host.audit([process.pid for process in host])
        rules = {process.case: {f.rule.id for f in answer if f.process.pid == process.pid} for process in host}
    assert rules == {name: rules for name, (_, rules) in MADE.items()}
    severities = [_audit.SEVERITIES.index(finding.rule.severity) for finding in answer]
    assert severities == sorted(severities, reverse=True)
    json.dumps([finding.record() for finding in answer])


@linux
@compiled
def test_code_that_others_can_change(tmp_path):
    shop = Workshop(tmp_path)
    paths = [shop.library(tmp_path / name / "lib.so") for name in ("safe", "file", "directory", "sticky")]
    tmp_path.chmod(0o755)
    os.chmod(paths[1], 0o777)
    os.chmod(tmp_path / "directory", 0o777)
    os.chmod(tmp_path / "sticky", 0o1777)
    with made_host(shop, tmp_path, {"x": made([word for path in paths for word in ("load", path)])}) as (process,):
        answer = procmaps.host.audit([process.pid])
    seen = {path: {f.rule.id: f.detail for f in answer if f.map.pathname == path} for path in paths}
    assert "PM008" not in seen[paths[0]]
    assert seen[paths[1]]["PM008"] == paths[1]
    assert seen[paths[2]]["PM009"] == f"{paths[2]}, in {tmp_path}/directory"
    assert seen[paths[3]]["PM009"] == f"{paths[3]}, in {tmp_path}/sticky"


def test_the_directories_above_are_looked_at_up_to_the_root(monkeypatch):
    modes = {"/": 0o40755, "/usr": 0o40755, "/usr/lib": 0o40777, "/usr/lib/a/x.so": 0o100644}
    monkeypatch.setattr(_audit, "_mode", modes.get)
    assert list(_audit._writable_by_all("", "/usr/lib/a/x.so")) == [("PM009", "/usr/lib/a/x.so, in /usr/lib")]
    modes["/usr/lib"] = 0o40755
    assert list(_audit._writable_by_all("", "/usr/lib/a/x.so")) == []
    modes["/"] = 0o40777
    assert list(_audit._writable_by_all("", "x.so")) == []


@linux
def test_files_that_are_gone_have_no_mode(tmp_path):
    assert _audit._mode(str(tmp_path / "missing")) is None


# Other forms


@linux
@compiled
@pytest.mark.usefixtures("quiet")
def test_sarif(tmp_path):
    with made_host(Workshop(tmp_path), tmp_path, {"x": made(["writable", "-", "private", f"{tmp_path}/a b"])}) as (p,):
        answer = procmaps.host.audit([p.pid])
        document = json.loads("\n".join(sarif_lines(answer)))
    (run,) = document["runs"]
    assert document["version"] == "2.1.0"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [rule.id for rule in RULES]
    first, second = run["results"]
    assert (first["ruleId"], first["level"], second["ruleId"], second["level"]) == ("PM001", "error", "PM007", "note")
    assert RULES[first["ruleIndex"]].id == "PM001"
    place = second["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place == "file://" + str(tmp_path / "a b").replace(" ", "%20")
    assert first["properties"]["procmaps"]["pid"] == p.pid
    assert first["partialFingerprints"] != second["partialFingerprints"]


def test_sarif_of_a_host_that_could_not_be_read():
    unread = procmaps.host.Unread(7, "x", 0, PermissionError(13, "no"))
    scan = types.SimpleNamespace(refused=[unread], failed=[])
    finding = procmaps.host.Finding(RULES[0], mapping("rwxp"))
    nothing = procmaps.host.Answer([finding], scan)
    (run,) = json.loads("\n".join(sarif_lines(nothing)))["runs"]
    assert "process 7: " in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    assert "physicalLocation" not in run["results"][0]["locations"][0]
