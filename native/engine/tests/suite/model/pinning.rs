//! Somebody keeps a version for a while, renews that, and lets it go: until then it is readable whatever the retention says.

use super::Bench;
use crate::support::checks;
use crate::support::model::MINUTE;

impl Bench {
    pub(crate) fn pin(&mut self) {
        let (table, now) = (self.table(), self.now());
        let for_ms = 1 + self.random.below(200_000) as i64;
        match self.random.below(4) {
            0 if !self.model.pins.is_empty() => {
                let pin = self
                    .model
                    .pins
                    .swap_remove(self.random.below(self.model.pins.len()));
                table.unpin(&pin.id).unwrap();
            }
            1 if !self.model.pins.is_empty() => {
                let at = self.random.below(self.model.pins.len());
                let renewed = table.renew(&self.model.pins[at], for_ms);
                let version = self.model.pins[at].version;
                let is_readable = self.model.readable(version as usize);
                assert_eq!(
                    renewed.as_ref().map(|pin| pin.version).map_err(|e| e.code()),
                    is_readable.map(|()| version)
                );
                if let Ok(renewed) = renewed {
                    self.model.pins[at] = renewed;
                }
            }
            _ => {
                let moment = checks::moment(&mut self.random, &self.model, now);
                if let Some((snapshot, _)) = checks::at(&table, &self.model, &moment, now) {
                    self.model.pins.push(table.pin(&snapshot, for_ms).unwrap());
                }
            }
        }
        // Whoever reads them finds them as they were.
        for pin in &self.model.pins {
            if pin.until > now {
                let snapshot = table.as_of(&varve_engine::AsOf::Version(pin.version)).unwrap();
                checks::whole(&snapshot, &self.model.versions[pin.version as usize]);
            }
        }
    }

    pub(crate) fn unpin_all(&mut self) {
        let table = self.table();
        for pin in self.model.pins.drain(..) {
            table.unpin(&pin.id).unwrap();
        }
    }

    /// Once the clock is set back, what was over would not be, unless somebody has tidied up.
    pub(super) fn unpin_what_is_over(&mut self) {
        if self.model.pins.is_empty() {
            return;
        }
        let (table, now) = (self.table(), self.now());
        for pin in self.model.pins.extract_if(.., |pin| pin.until + MINUTE <= now) {
            table.unpin(&pin.id).unwrap();
        }
    }
}
