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
        let store = match self {
            Self::Whole(store) => return Ok(first_of(&whole(&store, &folder).await?, &folder)),
            Self::Pages(store) => store,
        };
        let mut token = None;
        loop {
            let page = store
                .list_paginated(prefix(&folder), page(Some(1), token))
                .await?;
            let first = first_of(&page.result, &folder);
            token = page.page_token;
            // A page may be empty, or hold what only stands for the folder, and others follow.
            if first.is_some() || token.is_none() {
                return Ok(first);
            }
        }
    }
}

fn first_of(result: &ListResult, folder: &str) -> Option<String> {
    let objects = result.objects.iter().map(|object| &object.location);
    let all = objects.chain(&result.common_prefixes);
    all.filter_map(|path| name(path, folder)).min()
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use object_store::ObjectMeta;
    use object_store::list::PaginatedListResult;

    use super::*;

    /// Gives its keys page by page, of which each has a number that leads to the next one.
    struct Paged {
        pages: Vec<Vec<&'static str>>,
        asked: Mutex<usize>,
    }

    #[async_trait]
    impl PaginatedListStore for Paged {
        async fn list_paginated(
            &self,
            _prefix: Option<&str>,
            options: PaginatedListOptions,
        ) -> Result<PaginatedListResult> {
            *self.asked.lock().unwrap() += 1;
            let at: usize = options.page_token.map_or(0, |token| token.parse().unwrap());
            let object = |key: &&str| ObjectMeta {
                location: Path::parse(key).unwrap(),
                last_modified: std::time::SystemTime::UNIX_EPOCH.into(),
                size: 1,
                e_tag: None,
                version: None,
            };
            let result = ListResult {
                objects: self.pages[at].iter().map(object).collect(),
                common_prefixes: Vec::new(),
                extensions: Default::default(),
            };
            let page_token = (at + 1 < self.pages.len()).then(|| (at + 1).to_string());
            Ok(PaginatedListResult { result, page_token })
        }
    }

    /// The first name in a folder, and how many pages were asked for.
    fn first(pages: &[&[&'static str]]) -> (Option<String>, usize) {
        let store = Arc::new(Paged {
            pages: pages.iter().map(|page| page.to_vec()).collect(),
            asked: Mutex::new(0),
        });
        let listing = Listing::Pages(Arc::<Paged>::clone(&store));
        let io = crate::io::Io::start().unwrap();
        let found = io.run(listing.first("t/_manifests/".to_owned())).unwrap();
        let asked = *store.asked.lock().unwrap();
        (found.unwrap(), asked)
    }

    #[test]
    fn a_page_without_a_name_is_not_the_end_of_a_folder() {
        let some = |name: &str| Some(name.to_owned());
        assert_eq!(first(&[&["t/_manifests/a"], &["t/_manifests/b"]]), (some("a"), 1));
        assert_eq!(first(&[&[], &[], &["t/_manifests/a"]]), (some("a"), 3));
        assert_eq!(first(&[&["t/_manifests/"], &["t/_manifests/a"]]), (some("a"), 2));
        assert_eq!(first(&[&["t/_manifests/"], &[]]), (None, 2));
        assert_eq!(first(&[&[]]), (None, 1));
    }
}
