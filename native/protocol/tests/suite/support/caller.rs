//! A host of the engine that does what a page tells it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value as Json, json};
use varve_engine::{Database, Environment, MemoryStore, Result, Stop, Table, Uuid};
use varve_protocol as protocol;
use varve_protocol::{Draft, Page, Pages, Vectors, Within};

use super::page::Block;

/// A clock that goes on by a second at each look, and names that are numbers.
#[derive(Debug, Default)]
struct World(AtomicU64);

impl World {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

impl Environment for World {
    fn now_ms(&self) -> i64 {
        1_767_225_600_000 + 1000 * self.next() as i64
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(self.next())
    }

    fn uuid(&self) -> Result<Uuid> {
        Ok(Uuid(u128::from(self.next()).to_le_bytes()))
    }

    fn pause(&self, _: Duration) {}
}

const WITHIN: Within = Within {
    search_ns: 300_000,
    other_ns: 300_000,
};

/// What it holds while it goes down the page.
pub(crate) struct Caller {
    database: Database,
    /// Where it is copied to.
    other: Database,
    table: Option<Arc<Table>>,
    draft: Option<Draft>,
    pages: Option<Pages>,
    vectors: Option<Vectors>,
    /// What goes along with the next request.
    pub(crate) batch: Vec<u8>,
    pub(crate) vector: Vec<f32>,
}

impl Caller {
    pub(crate) fn new() -> Self {
        let database = Database::with(Arc::new(MemoryStore::default()), Arc::new(World::default()));
        Self {
            database,
            other: Database::with(Arc::new(MemoryStore::default()), Arc::new(World::default())),
            table: None,
            draft: None,
            pages: None,
            vectors: None,
            batch: Vec::new(),
            vector: Vec::new(),
        }
    }

    /// The answer to a request, or the failure.
    pub(crate) fn call(&mut self, block: &Block<'_>) -> Json {
        let answer = match block.section.split_once('.') {
            Some(("Draft", method)) => self.draft(method, block.text),
            Some(("Pages", method)) => self.pages(method),
            Some(("Vectors", method)) => self.vectors(method, block.text),
            _ => self.function(block.section, block.text),
        };
        answer.unwrap_or_else(|error| text(protocol::failure(&error)))
    }

    fn function(&mut self, name: &str, request: &str) -> Result<Json> {
        if name == "create_table" {
            self.table = Some(protocol::create_table(&self.database, "docs", request)?);
            return Ok(Json::Null);
        }
        let table = self.table.as_ref().unwrap();
        let vector = Some(self.vector.as_slice());
        Ok(match name {
            "backup" => text(protocol::backup(
                &self.database,
                &self.other,
                request,
                &Stop::default(),
                &|_| (),
            )?),
            "copy_progress" => {
                let seen = std::cell::RefCell::new(Vec::new());
                let report = |progress: &varve_engine::CopyProgress| {
                    seen.borrow_mut().push(text(protocol::copy_progress(progress)));
                };
                let (other, stop) = (&self.other, Stop::default());
                protocol::backup(&self.database, other, request, &stop, &report)?;
                seen.into_inner().pop().unwrap_or_default()
            }
            "verify_table" => text(protocol::verify_table(
                &self.database,
                word(request).as_str().unwrap(),
            )?),
            "info" => text(protocol::info(table)?),
            "resolve" => text(protocol::resolve(table, request)?),
            "resolve_at_once" => protocol::resolve_at_once(table, request)?.map_or(Json::Null, text),
            "history" => text(protocol::history(table, request)?),
            "diff" => page(protocol::diff(table, request)?),
            "tag" => text(protocol::tag(table, request)?),
            "tags" => text(protocol::tags(table)?),
            "delete_tag" => text(protocol::delete_tag(table, word(request).as_str().unwrap())?),
            "create_branch" => {
                protocol::create_branch(&self.database, request)?;
                Json::Null
            }
            "branches" => text(protocol::branches(
                &self.database,
                word(request).as_str().unwrap(),
            )?),
            "delete_branch" => text(protocol::delete_branch(&self.database, request)?),
            "merge" => text(protocol::merge(&self.database, request)?),
            "pin" => text(protocol::pin(table, request)?),
            "renew_pin" => text(protocol::renew_pin(table, request)?),
            "unpin" => text(protocol::unpin(table, word(request).as_str().unwrap())?),
            "restore" => text(protocol::restore(table, request)?),
            "alter" => text(protocol::alter(table, request)?),
            "stats" => text(protocol::stats(table)?),
            "verify" => text(protocol::verify(table)?),
            "optimize" => text(protocol::optimize(table, &Stop::default())?),
            "would_optimize" => text(protocol::would_optimize(table)?),
            "purge" => text(protocol::purge(table, request)?),
            "set_retention" => text(protocol::set_retention(table, request)?),
            "write" => text(protocol::write(
                table,
                request,
                Some(&std::mem::take(&mut self.batch)),
            )?),
            "failure" | "read_page" => page(protocol::read_page(table, request, vector)?),
            "read_within" => protocol::read_within(table, request, vector, WITHIN)?.map_or(Json::Null, page),
            "read_arrow" => json!(hex(&protocol::read_arrow(table, request, vector)?)),
            "plain_point" => text(protocol::plain_point(request)?),
            "plain_read" => text(protocol::plain_read(table, request)?),
            "plain_search" => text(protocol::plain_search(table, request)?),
            "plain_diff" => text(protocol::plain_diff(table, request)?),
            "plain_write" => text(protocol::plain_write(table, request)?),
            "aggregate" => text(protocol::aggregate(table, request)?),
            "explain" => text(protocol::explain(table, request, vector)?),
            "scan" => {
                self.pages = Some(protocol::scan(table, request)?);
                Json::Null
            }
            "stage" => {
                let batch = std::mem::take(&mut self.batch);
                self.draft = Some(protocol::stage(table, request, Some(&batch))?);
                Json::Null
            }
            "reembed" => {
                self.vectors = Some(protocol::reembed(table, request)?);
                Json::Null
            }
            other => panic!("nobody knows {other}"),
        })
    }

    fn draft(&mut self, method: &str, request: &str) -> Result<Json> {
        let draft = self.draft.as_mut().unwrap();
        let arguments = word(request);
        let number = |name: &str| arguments[name].as_u64().unwrap() as u32;
        let batch = std::mem::take(&mut self.batch);
        Ok(match method {
            "add" => json!(draft.add(&batch)?),
            "missing" => draft
                .missing(number("field"), number("limit"))?
                .map_or(Json::Null, page),
            "fill" => json!(draft.fill(number("field"), &batch)?),
            "commit" => {
                let ending = Some(&arguments["ending"]).filter(|ending| !ending.is_null());
                draft
                    .commit(ending.map(Json::to_string).as_deref())?
                    .map_or(Json::Null, text)
            }
            "abort" => json!(draft.abort()),
            other => panic!("nobody knows {other}"),
        })
    }

    fn pages(&mut self, method: &str) -> Result<Json> {
        let (pages, table) = (self.pages.as_mut().unwrap(), self.table.as_ref().unwrap());
        Ok(match method {
            "next_page" => pages.next_page(table)?.map_or(Json::Null, page),
            "next_arrow" => pages
                .next_arrow(table)?
                .map_or(Json::Null, |bytes| json!(hex(&bytes))),
            "arrow_schema" => json!(hex(&pages.arrow_schema()?)),
            other => panic!("nobody knows {other}"),
        })
    }

    fn vectors(&mut self, method: &str, request: &str) -> Result<Json> {
        let vectors = self.vectors.as_mut().unwrap();
        let arguments = word(request);
        let batch = std::mem::take(&mut self.batch);
        Ok(match method {
            "field" => json!(vectors.field()),
            "waiting" => text(vectors.waiting()?),
            "next" => {
                let limit = arguments["limit"].as_u64().unwrap() as u32;
                vectors.next(limit)?.map_or(Json::Null, page)
            }
            "add" => json!(vectors.add(&batch)?),
            "commit" => text(vectors.commit(arguments["gaps"].as_bool().unwrap())?),
            "fill" => json!(vectors.fill()?),
            other => panic!("nobody knows {other}"),
        })
    }
}

/// Arguments that are no request of their own.
fn word(request: &str) -> Json {
    serde_json::from_str(request).unwrap()
}

fn text(answer: String) -> Json {
    serde_json::from_str(&answer).unwrap()
}

fn page(page: Page) -> Json {
    json!({ "numbers": page.numbers, "text": page.text, "blob": hex(&page.blob) })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
