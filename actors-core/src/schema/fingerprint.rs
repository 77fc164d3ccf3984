//! Fingerprints, which tell declared schemas apart.

use crate::fnv::Fnv;
use crate::instance::ActorDef;
use crate::instance::tables::own;

impl ActorDef {
    /// The declared alarms, as they stand in a fingerprint and in a record.
    pub(super) fn declared_alarms(self) -> impl Iterator<Item = String> {
        self.alarms().filter_map(|alarm| {
            let recurrence = alarm.declared?.recurrence();
            let (every, cron, zone) = recurrence.columns();
            let every = every.map_or_else(String::new, |every| every.to_string());
            let (cron, zone) = (cron.unwrap_or(""), zone.unwrap_or(""));
            Some(format!("{} {every} {cron} {zone}", alarm.name))
        })
    }

    /// 53 bits (a row holds such integers exactly) over everything that a wake has to establish.
    pub(super) fn fingerprint(self) -> i64 {
        let mut hash = Fnv::default();
        hash.write(env!("CARGO_PKG_VERSION"));
        for def in own().chain(self.tables) {
            hash.write(def.name);
            for part in def.create {
                hash.write(part);
            }
            for index in def.indices {
                hash.write(index.create);
            }
        }
        for migration in self.migrations {
            hash.write(migration.id);
            hash.write(migration.sql);
        }
        for alarm in self.alarms() {
            hash.write(alarm.name);
        }
        for alarm in self.declared_alarms() {
            hash.write(&alarm);
        }
        hash.finish()
    }
}
