use std::fmt;
use std::sync::Arc;

use object_store::list::{PaginatedListOptions, PaginatedListStore};
use object_store::path::Path;
use object_store::{ListResult, ObjectStore, Result};
use varve_engine::Entry;

/// How the names in a folder are asked for.
#[derive(Clone)]
pub(crate) enum Listing {
    /// Page by page, of which the first may be as small as one name.
    Pages(Arc<dyn PaginatedListStore>),
    /// All at once.
    Whole(Arc<dyn ObjectStore>),
}

impl fmt::Debug for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listing")
    }
}

impl Listing {
    /// The names in a folder, which is `""` or ends with a `/`, each with how long ago it was written at the least.
    pub(crate) async fn names(self, folder: String) -> Result<Vec<Entry>> {
        let mut results = Vec::new();
        match self {
            Self::Whole(store) => results.push(whole(&store, &folder).await?),
            Self::Pages(store) => {
                let mut token = None;
                loop {
                    let page = store.list_paginated(prefix(&folder), page(None, token)).await?;
                    results.push(page.result);
                    token = page.page_token;
                    if token.is_none() {
                        break;
                    }
                }
            }
        }
        // By the store's own clock: the newest of them was written before now.
        let objects = || results.iter().flat_map(|result| &result.objects);
        let newest = objects().map(|object| object.last_modified).max();
        let mut entries: Vec<Entry> = objects()
            .filter_map(|object| {
                let age = newest.map(|newest| newest - object.last_modified)?;
                Some(Entry {
                    name: name(&object.location, &folder)?,
                    age_ms: u64::try_from(age.num_milliseconds()).unwrap_or(0),
                })
            })
            .collect();
        let folders = results.iter().flat_map(|result| &result.common_prefixes);
        entries.extend(folders.filter_map(|path| {
            let name = name(path, &folder)?;
            Some(Entry { name, age_ms: 0 })
        }));
        Ok(entries)
    }

    /// Of these the name that sorts first.
    pub(crate) async fn first(self, folder: String) -> Result<Option<String>> {
        let result = match self {
            Self::Whole(store) => whole(&store, &folder).await?,
            Self::Pages(store) => {
                store
                    .list_paginated(prefix(&folder), page(Some(1), None))
                    .await?
                    .result
            }
        };
        let objects = result.objects.iter().map(|object| &object.location);
        let all = objects.chain(&result.common_prefixes);
        Ok(all.filter_map(|path| name(path, &folder)).min())
    }
}

async fn whole(store: &Arc<dyn ObjectStore>, folder: &str) -> Result<ListResult> {
    store.list_with_delimiter(Some(&Path::parse(folder)?)).await
}

fn prefix(folder: &str) -> Option<&str> {
    Some(folder).filter(|folder| !folder.is_empty())
}

fn page(max_keys: Option<usize>, page_token: Option<String>) -> PaginatedListOptions {
    PaginatedListOptions {
        delimiter: Some("/".into()),
        max_keys,
        page_token,
        ..PaginatedListOptions::default()
    }
}

/// The part of a key between a folder and the next `/`.
fn name(path: &Path, folder: &str) -> Option<String> {
    let rest = path.as_ref().strip_prefix(folder)?;
    let name = rest.split('/').next()?;
    (!name.is_empty()).then(|| name.to_owned())
}
