//! A branch begins at any moment of a table or of another branch, and from then on each line is a table of its own: whatever is done to one,
//! all versions of the others stay what they were.

use std::sync::Arc;

use crate::model::run_lines;
use crate::support::columns::Kind;
use crate::support::rows::{batch, schema};
use crate::support::runs::from_environment;
use crate::support::whole::all_rows;
use serde_json::json;
use varve_engine::{AsOf, Code, CommitOptions, Database, LocalStore, MemoryStore, OnKey, Stop, Value};

fn seeds(all: std::ops::Range<u64>) -> std::ops::Range<u64> {
    from_environment("VARVE_SEED").map_or(all, |seed| seed..seed + 1)
}

#[test]
fn in_memory_lines_do_not_touch_each_other() {
    for seed in seeds(7_000..7_016) {
        let kind = if seed % 4 == 0 { Kind::Wide } else { Kind::Mixed };
        run_lines(Arc::new(MemoryStore::new()), seed, kind, 120);
    }
}

#[test]
fn on_disk_lines_do_not_touch_each_other() {
    let directory = tempfile::tempdir().unwrap();
    for seed in seeds(7_100..7_106) {
        let store = LocalStore::new(directory.path().join(seed.to_string()));
        run_lines(Arc::new(store), seed, Kind::Mixed, 100);
    }
}

#[test]
fn far_away_lines_do_not_touch_each_other() {
    for seed in seeds(7_200..7_204) {
        run_lines(
            Arc::new(crate::support::far::FarStore::undecided()),
            seed,
            Kind::Mixed,
            100,
        );
    }
}

fn database() -> Database {
    let database = Database::connect("memory:").unwrap();
    let fields = json!([{ "name": "id", "type": { "kind": "text" } }]);
    let schema = schema(json!({ "primaryKey": "id", "fields": fields }));
    database.create_table("docs", schema).unwrap();
    database
}

#[test]
fn branches_are_listed_with_where_they_began() {
    let database = database();
    database.create_branch("docs", "b", None).unwrap();
    database
        .create_branch("docs@b", "a", Some(&AsOf::Version(0)))
        .unwrap();
    let branches = database.branches("docs").unwrap();
    let told: Vec<_> = branches
        .iter()
        .map(|branch| (branch.name.as_str(), branch.from.as_deref(), branch.from_version))
        .collect();
    assert_eq!(told, [("a", Some("b"), 0), ("b", None, 0)]);
    assert_eq!(database.table_names().unwrap(), ["docs"]);
}

#[test]
fn a_branch_that_cannot_be_is_refused() {
    let database = database();
    database.create_branch("docs", "b", None).unwrap();
    let refused = |name: &str| database.create_branch("docs", name, None).unwrap_err().code();
    assert_eq!(refused("b"), Code::BranchExists);
    assert_eq!(refused("B"), Code::BranchExists);
    assert_eq!(refused("a/b"), Code::InvalidName);
    assert_eq!(refused("a@b"), Code::InvalidName);
    assert_eq!(
        database.open_table("docs@c").unwrap_err().code(),
        Code::BranchNotFound
    );
    assert_eq!(
        database.delete_branch("docs", "c").unwrap_err().code(),
        Code::BranchNotFound
    );
    let later = database.create_branch("docs", "c", Some(&AsOf::Version(7)));
    assert_eq!(later.unwrap_err().code(), Code::VersionNotFound);
    assert_eq!(
        database.create_branch("nope", "c", None).unwrap_err().code(),
        Code::TableNotFound
    );
}

#[test]
fn a_table_goes_with_its_branches_and_keeps_its_name_while_it_has_some() {
    let database = database();
    database.create_branch("docs", "b", None).unwrap();
    assert_eq!(
        database.rename_table("docs", "other").unwrap_err().code(),
        Code::InvalidArgument
    );
    database.drop_table("docs").unwrap();
    assert_eq!(
        database.open_table("docs@b").unwrap_err().code(),
        Code::BranchNotFound
    );
}

#[test]
fn a_copy_has_the_branches_of_a_table() {
    let (database, target) = (database(), Database::connect("memory:").unwrap());
    let put = |line: &str, id: &str| {
        let table = database.open_table(line).unwrap();
        let now = table.snapshot().unwrap();
        let rows = batch(now.schema(), &[vec![Value::Text(id.to_owned())]]);
        let options = CommitOptions::default();
        table.insert(rows, now.schema(), OnKey::Refuse, &options).unwrap();
    };
    let shown = |database: &Database, line: &str| {
        let table = database.open_table(line).unwrap();
        assert_eq!(table.verify().unwrap().problems, []);
        all_rows(&table.snapshot().unwrap())
    };
    let copy = || {
        let backup = database.backup(&target, None, &Stop::default(), &|_| ()).unwrap();
        assert_eq!(backup.failed, []);
        for line in ["docs", "docs@b", "docs@c"] {
            assert_eq!(shown(&target, line), shown(&database, line));
        }
        backup.tables[0].copied_files
    };
    put("docs", &"long ".repeat(20_000));
    for name in ["b", "c"] {
        database.create_branch("docs", name, None).unwrap();
    }
    put("docs@b", &"only here ".repeat(20_000));
    copy();
    assert_eq!(copy(), 0);
    put("docs", "later");
    put("docs@c", &"and there ".repeat(20_000));
    for line in ["docs", "docs@b", "docs@c"] {
        database.open_table(line).unwrap().optimize().unwrap();
        copy();
    }
    target.open_table("docs").unwrap().optimize().unwrap();
    assert_eq!(copy(), 0);
}
