//! Retention: packs of old origins are taken away, whole and one at a time.

use std::collections::BTreeSet;
use std::fs;

use super::BatchError;
use super::durable;
use super::lock::{Lock, STAGING};
use super::pack::{self, Pack};

/// Takes away the packs of all but the `keep` newest origins of the locked destination, and gives their names. The
/// current pack stays whatever its origin, and so does a pack that no longer agrees with its manifest: a person should
/// look at that first. A pack is renamed before its files go, so that no reader meets half of one; what a killed run
/// leaves of it the next one clears.
///
/// # Errors
/// When the destination can't be read or a pack can't be removed.
pub fn retire(lock: &Lock, keep: usize) -> Result<Vec<String>, BatchError> {
    let destination = lock.destination();
    let packs = pack::packs(destination)?;
    let origins: BTreeSet<&str> = packs.iter().map(Pack::origin).collect();
    let kept: BTreeSet<&str> = origins.into_iter().rev().take(keep).collect();
    let current = pack::latest(destination)?.map(|latest| latest.pack);
    let mut retired = Vec::new();
    for pack in &packs {
        let stays = kept.contains(pack.origin()) || current.as_ref() == Some(&pack.name);
        if stays || !pack::verify(&pack.path)?.is_intact() {
            continue;
        }
        let aside = destination.join(format!("{STAGING}{}", pack.name));
        fs::rename(&pack.path, &aside).map_err(BatchError::io("retire", &pack.path))?;
        durable::sync_folder(destination)?;
        fs::remove_dir_all(&aside).map_err(BatchError::io("remove", &aside))?;
        retired.push(pack.name.clone());
    }
    Ok(retired)
}

#[cfg(test)]
mod tests {
    use super::super::{Job, Record, publish};
    use super::*;

    fn published(names: &[(&str, u64)]) -> (tempfile::TempDir, Lock) {
        let folder = tempfile::tempdir().expect("temporary folder");
        let lock = Lock::acquire(folder.path()).expect("lock");
        for (name, seed) in names {
            let plan = serde_json::json!({});
            let job = Job { engine: "groundswell 0.1.0".into(), plan, seed: *seed, inputs: vec![] };
            let write = |staging: &std::path::Path| {
                fs::write(staging.join("forecast.csv"), seed.to_string()).expect("file");
                Ok::<_, BatchError>(Record::default())
            };
            publish(&lock, name, &job, write).expect("published");
        }
        (folder, lock)
    }

    fn names(lock: &Lock) -> Vec<String> {
        pack::packs(lock.destination()).expect("read").into_iter().map(|pack| pack.name).collect()
    }

    #[test]
    fn all_packs_of_the_newest_origins_stay() {
        let (_folder, lock) = published(&[("2024-01", 1), ("2024-02", 2), ("2024-02", 3), ("2024-03", 4)]);
        let retired = retire(&lock, 2).expect("retired");
        assert_eq!(retired, ["2024-01"]);
        assert_eq!(names(&lock).len(), 3);
        assert_eq!(retire(&lock, 2).expect("retired"), Vec::<String>::new());
    }

    #[test]
    fn the_current_pack_stays_though_its_origin_is_old() {
        let (_folder, lock) = published(&[("2024-03", 1), ("2024-02", 2), ("2024-01", 3)]);
        assert_eq!(retire(&lock, 1).expect("retired"), ["2024-02"]);
        assert_eq!(names(&lock), ["2024-01", "2024-03"]);
    }

    #[test]
    fn a_changed_pack_and_a_folder_of_the_users_own_stay() {
        let (folder, lock) = published(&[("2024-01", 1), ("2024-02", 2)]);
        fs::write(folder.path().join("2024-01/notes.txt"), "mine").expect("file");
        fs::create_dir(folder.path().join("2023-12")).expect("folder");
        assert_eq!(retire(&lock, 1).expect("retired"), Vec::<String>::new());
        assert!(folder.path().join("2023-12").is_dir());
        assert_eq!(names(&lock), ["2024-01", "2024-02"]);
    }
}
