//! A file that was cut short or changed gives an error that names it, or the right answer: never a wrong row, and never
//! a panic.

use std::sync::Arc;

use crate::support::all_reads::{Answer, all_reads};
use crate::support::everything::{database, everything, newest_manifest, replace};
use varve_engine::{Code, MemoryStore, Store, Table};

/// A table, what it answers, and a handle from before any damage.
struct Bench {
    store: MemoryStore,
    table: Arc<Table>,
    answers: Vec<Answer>,
}

impl Bench {
    fn new() -> Self {
        let store = everything();
        let table = database(&store).open_table("docs").unwrap();
        assert_eq!(table.verify().unwrap().problems, []);
        let answers = all_reads(&store, false);
        Self {
            store,
            table,
            answers,
        }
    }

    /// The files of a directory that the newest manifest needs.
    fn files(&self, directory: &str) -> Vec<String> {
        let directory = format!("docs.varve/{directory}");
        let all = self.store.list(&directory).unwrap();
        let paths: Vec<String> = all
            .iter()
            .map(|entry| format!("{directory}/{}", entry.name))
            .collect();
        if directory.ends_with("_manifests") {
            vec![newest_manifest(&self.store)]
        } else {
            paths
        }
    }

    fn bytes(&self, path: &str) -> Vec<u8> {
        self.store.open(path).unwrap().unwrap().map().unwrap().to_vec()
    }

    /// What the table answers while a file has other bytes.
    fn look(&self, path: &str, bytes: &[u8], briefly: bool, what: &str) {
        let whole = self.bytes(path);
        replace(&self.store, path, bytes);
        let found = all_reads(&self.store, briefly);
        for (question, answer) in &found {
            let right = self
                .answers
                .iter()
                .find(|(other, right)| other == question && (question != "scan" || right == answer));
            match answer {
                Err(error) if is_damage(error.code()) => {
                    assert_eq!(
                        error.place().file.as_deref(),
                        Some(path),
                        "{what}, {question}: {error}"
                    );
                }
                answer => assert_eq!(Some(answer), right.map(|(_, right)| right), "{what}, {question}"),
            }
        }
        let problems = self.table.verify().unwrap().problems;
        let named: Vec<Option<&str>> = problems
            .iter()
            .map(|problem| problem.place().file.as_deref())
            .collect();
        assert_eq!(named, [Some(path)], "{what}");
        replace(&self.store, path, &whole);
    }

    fn damage(&self, directory: &str) {
        let paths = self.files(directory);
        assert!(!paths.is_empty());
        for path in paths {
            let whole = self.bytes(&path);
            for length in (0..whole.len())
                .filter(|length| whole.len() < 1_500 || length % 64 == 0 || *length == whole.len() - 1)
            {
                self.look(
                    &path,
                    &whole[..length],
                    length % 8 > 0,
                    &format!("{path} cut to {length} bytes"),
                );
            }
            let longer = [whole.as_slice(), b"}\n"].concat();
            self.look(&path, &longer, false, &format!("{path} with more behind it"));
            for at in 0..whole.len() {
                let mut other = whole.clone();
                other[at] ^= 1 << (at % 8);
                self.look(
                    &path,
                    &other,
                    at % 16 > 0,
                    &format!("{path} with another byte {at}"),
                );
            }
        }
    }
}

fn is_damage(code: Code) -> bool {
    matches!(code, Code::Corrupt | Code::UnsupportedFormat)
}

#[test]
fn damaged_manifests() {
    Bench::new().damage("_manifests");
}

#[test]
fn damaged_columns() {
    Bench::new().damage("data");
}

#[test]
fn damaged_deaths() {
    Bench::new().damage("deaths");
}

#[test]
fn damaged_parts_of_the_log() {
    Bench::new().damage("_log");
}

#[test]
fn damaged_tags() {
    Bench::new().damage("_tags");
}

#[test]
fn missing_files() {
    let bench = Bench::new();
    for path in ["data", "deaths", "_log"]
        .iter()
        .flat_map(|directory| bench.files(directory))
    {
        let whole = bench.bytes(&path);
        bench.store.remove(&path).unwrap();
        let failed = all_reads(&bench.store, false)
            .into_iter()
            .filter_map(|(_, answer)| answer.err());
        let damaged: Vec<_> = failed.filter(|error| is_damage(error.code())).collect();
        assert!(!damaged.is_empty(), "{path}");
        assert!(
            damaged
                .iter()
                .all(|error| error.place().file.as_deref() == Some(path.as_str())),
            "{damaged:?}"
        );
        let problems = bench.table.verify().unwrap().problems;
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].place().file.as_deref(), Some(path.as_str()));
        replace(&bench.store, &path, &whole);
    }
    let newest = newest_manifest(&bench.store);
    bench.store.remove(&newest).unwrap();
    let problems = bench.table.verify().unwrap().problems;
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].place().file.as_deref(), Some(newest.as_str()));
}
