//! Changes that are committed together, for certain.

use std::sync::{Arc, mpsc};

use varve_engine::{Result, RowChange, Snapshot, Table, Written};

pub(crate) type Make = Box<dyn FnOnce(&Snapshot) -> Result<RowChange> + Send>;

/// Hands changes over, and lets them be committed when all of them wait. What each comes to.
pub(crate) fn together(table: &Arc<Table>, changes: Vec<Make>) -> Vec<Result<Written>> {
    let (sender, receiver) = mpsc::channel();
    let mut attendant = None;
    for change in changes {
        let sender = sender.clone();
        let handed = table.hand_over_rows(None, change, move |written| sender.send(written).unwrap());
        attendant = attendant.or(handed);
    }
    drop(sender);
    if let Some(attendant) = attendant {
        attendant.attend();
    }
    receiver.try_iter().collect()
}
