//! Edits of small files, byte by byte.

use super::*;
use crate::mapping::Relation;
use crate::mapping::builtin::BUILTINS;
use crate::report::tests::assert_fresh;

const FILE: &str = "\
# About this file.

version = 1

[scope]
cpp = [\"csrc/**\"]   # what counts


# --- first ---

# about a
[link.a]
relation = \"models\"
cpp = ['csrc/a.cpp#f']
python = ['sim/a.py#f']
why = \"both add\"
# tail of a

[link.b] # beside b
relation = \"models\"
cpp = [
  'csrc/b.cpp#f', # why f
  # and g
  'csrc/b.cpp#g',
]
python = ['sim/b.py#f']
why = \"both subtract\"


# --- last ---

[link.c]
relation = \"models\"
cpp = ['csrc/a.cpp#h']
python = ['sim/c.py#f']
why = \"both multiply\"

# the end
";

pub fn source(text: &str) -> MappingSource {
    MappingSource::new("m.toml", text)
}

fn link(id: &str, cpp: &str, python: &str) -> NewLink {
    NewLink {
        id: id.to_owned(),
        relation: Relation::Mirrors,
        cpp: vec![cpp.to_owned()],
        python: vec![python.to_owned()],
        names: vec!["a.b".to_owned()],
        why: "it says \"so\"".to_owned(),
    }
}

pub fn said(refusal: Refusal) -> String {
    match refusal {
        Refusal::Said(text) => text,
        Refusal::Broken { errors, .. } => errors.iter().map(|error| format!("{error}\n")).collect(),
    }
}

#[track_caller]
fn check_format(text: &str, expected: &str) {
    let formatted = format(&source(text)).map_err(said).unwrap();
    assert_eq!(formatted, expected);
    assert_eq!(format(&source(&formatted)).map_err(said).unwrap(), expected, "not stable");
}

#[test]
fn a_link_is_added_behind_the_last_that_shares_a_file() {
    let block = "\n[link.new]\nrelation = \"mirrors\"\ncpp = ['csrc/b.cpp#x']\npython = ['sim/x.py#x']\n\
                 names = [\"a.b\"]\nwhy = 'it says \"so\"'\n";
    let text = add(&source(FILE), &link("new", "csrc/b.cpp#x", "sim/x.py#x")).map_err(said).unwrap();
    assert_eq!(text, FILE.replace("both subtract\"\n", &format!("both subtract\"\n{block}")));
    let block = block.replace("b.cpp", "z.cpp").replace("sim/x.py", "sim/a.py");
    let text = add(&source(FILE), &link("new", "csrc/z.cpp#x", "sim/a.py#x")).map_err(said).unwrap();
    assert_eq!(text, FILE.replace("# tail of a\n", &format!("# tail of a\n{block}")));
    let block = block.replace("sim/a.py", "sim/x.py");
    let text = add(&source(FILE), &link("new", "csrc/z.cpp#x", "sim/x.py#x")).map_err(said).unwrap();
    assert_eq!(text, format!("{FILE}{block}"));
}

#[test]
fn a_link_is_removed_with_its_own_comments() {
    let text = remove(&source(FILE), &["a"]).map_err(said).unwrap();
    let own = &FILE[FILE.find("# about a").unwrap()..FILE.find("[link.b]").unwrap()];
    assert_eq!(text, FILE.replace(own, ""));
    let text = remove(&source(FILE), &["b", "c"]).map_err(said).unwrap();
    let kept = FILE[..FILE.find("\n[link.b]").unwrap()].to_owned() + "\n\n# --- last ---\n\n# the end\n";
    assert_eq!(text, kept);
}

#[test]
fn adding_and_removing_is_as_if_nothing_had_been() {
    let crlf = FILE.replace('\n', "\r\n");
    let mixed = FILE.replacen('\n', "\r\n", 7);
    let open = FILE.trim_end();
    let bare = "version = 1";
    let spaced = format!("{FILE}\n\n\n");
    let inside =
        format!("{bare}\n[link.a]\nrelation = 'models'\ncpp = ['x.cpp']\npython = ['x.py']\nwhy = 'w'\n[scope]\n\n");
    for text in [FILE, &crlf, &mixed, open, bare, "version = 1\n", &spaced, &inside] {
        for (cpp, python) in [("csrc/b.cpp", "p.py"), ("csrc/a.cpp", "p.py"), ("x.cpp", "sim/a.py"), ("q.cpp", "q.py")]
        {
            let more = add(&source(text), &link("new", cpp, python)).map_err(said).unwrap();
            assert_eq!(more.matches("[link.new]").count(), 1);
            assert_eq!(remove(&source(&more), &["new"]).map_err(said).unwrap(), text);
        }
    }
}

#[test]
fn a_link_is_renamed_where_it_stands() {
    let text = rename(&source(FILE), "b", "a-z").map_err(said).unwrap();
    assert_eq!(text, FILE.replace("[link.b]", "[link.a-z]"));
    assert_eq!(said(rename(&source(FILE), "b", "c").unwrap_err()), "`m.toml` has a link `c` already");
    assert_eq!(said(rename(&source(FILE), "b", "B_b").unwrap_err()), "the id `B_b` is not kebab-case; write `b-b`");
    assert_eq!(said(rename(&source(FILE), "x", "y").unwrap_err()), "`m.toml` has no link `x`");
}

#[test]
fn nothing_comes_out_that_is_no_mapping() {
    assert!(said(add(&source(FILE), &link("new", "/a.cpp#f", "a.py")).unwrap_err()).contains("is absolute"));
    assert!(said(add(&source(FILE), &link("new", "a.cpp#f", "x:a.py")).unwrap_err()).contains("not declared"));
    assert!(said(add(&source(FILE), &link("a", "a.cpp#f", "a.py")).unwrap_err()).contains("already"));
    assert!(said(remove(&source("version = 2"), &["a"]).unwrap_err()).contains("version 2"));
    let inline = "version = 1\n[link]\na = { relation = 'models', cpp = ['x.cpp'], python = ['x.py'], why = 'w' }\n";
    assert!(said(remove(&source(inline), &["a"]).unwrap_err()).contains("[link.a]"));
    assert!(said(format(&source(inline)).unwrap_err()).contains("[link.a]"));
    let spelled = "version = 1\n[\"link\".a]\nrelation = 'models'\ncpp = ['x.cpp']\npython = ['x.py']\nwhy = 'w'\n\
                   [link.b]\nrelation = 'models'\ncpp = ['x.cpp']\npython = ['x.py']\nwhy = 'w'\n";
    assert!(said(remove(&source(spelled), &["b"]).unwrap_err()).contains("map fmt"));
    let even = format(&source(spelled)).map_err(said).unwrap();
    assert!(remove(&source(&even), &["b"]).is_ok());
}

#[test]
fn the_canonical_form() {
    check_format(FILE, FILE);
    check_format("version=0x1", "version = 1\n");
    check_format(
        "\n\n# head\nversion   =  1\n[ scope ]\n\n  python = ['p/**']   # p\n\n\n  # c\n\n  cpp=[\n  'a',\n'b' ]\n",
        "# head\nversion = 1\n\n[scope]\n# c\n\ncpp = [\"a\", \"b\"]\npython = [\"p/**\"]   # p\n",
    );
    check_format(
        "version = 1\n# own\n[link.\"a\"]#x\nwhy = 'say \"it\"'\nnames = [ 'a' # first\n , 'b' ]\ntouch = \"\"\"all\"\"\"\n\
         python = ['p.py#A.b']\ncpp = [\"a.cpp#t[\\\"k\\\"]\", \"b.cpp#f\"]\nrelation = 'models'\ndepth = 1_0\n\n\n\n\n\n# end",
        "version = 1\n\n# own\n[link.a] #x\nrelation = \"models\"\ncpp = [\n  'a.cpp#t[\"k\"]',\n  'b.cpp#f',\n]\n\
         python = ['p.py#A.b']\nnames = [\n  \"a\", # first\n  \"b\",\n]\nwhy = 'say \"it\"'\ntouch = \"all\"\ndepth = 10\n\n\n# end\n",
    );
}

#[test]
fn a_text_of_several_lines_stays_as_it_is_written() {
    let text =
        "version = 1\n\n[link.a]\nrelation = \"models\"\ncpp = ['x.cpp']\npython = ['x.py']\nwhy = '''\none\ntwo'''\n";
    check_format(text, text);
    check_format(&text.replace('\n', "\r\n"), &text.replace('\n', "\r\n"));
}

/// `drift map fmt --mapping mappings/NAME.toml` writes it, as does `UPDATE=1 cargo test`.
#[test]
fn built_in_mappings_are_in_canonical_form() {
    for builtin in BUILTINS {
        let formatted = format(&source(builtin.text)).map_err(said).unwrap();
        assert_fresh(&format!("mappings/{}.toml", builtin.name), &formatted);
        assert!(format(&source(&formatted)).map_err(said).unwrap() == formatted, "not stable");
    }
}
