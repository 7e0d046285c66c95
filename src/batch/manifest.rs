//! The manifest: what a pack was made of and what is in it.

use std::fs;
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::job::{Input, Job, Key, fingerprint};
use super::{BatchError, durable};

/// The version of the manifest's and the pointer's layout.
pub const SCHEMA: u32 = 1;

/// The manifest's name in a pack.
pub(super) const MANIFEST: &str = "manifest.json";

/// The name of the run's own log in a pack: timings and memory differ from run to run, so it isn't hashed.
pub(super) const RUN_LOG: &str = "run.json";

/// What a run found and did, for the manifest. Each part is the caller's own structure as JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Record {
    /// The handling marking of the pack, where it has one; the manifest says it first of all, and so does the pointer.
    #[serde(skip)]
    pub marking: Option<String>,
    /// What was noticed about the data.
    pub findings: Value,
    /// The models that were fitted, and their weights.
    pub models: Value,
    /// The backtest in summary.
    pub backtest: Value,
    /// What disclosure control did.
    pub disclosure: Value,
    /// The earlier packs that the outputs were compared with.
    pub vintages: Value,
    /// Timings and peak memory, for `run.json`; kept out of the manifest, which holds nothing that differs between
    /// two runs of one job.
    #[serde(skip)]
    pub run: Option<Value>,
}

/// One file of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Output {
    /// Relative to the pack, with forward slashes.
    pub path: String,
    pub bytes: u64,
    pub sha256: String,
}

impl Output {
    /// A file of the pack in `root` as it now is.
    pub fn of_file(root: &Path, path: String) -> Result<Output, BatchError> {
        let (bytes, sha256) = fingerprint(&root.join(&path))?;
        Ok(Output { path, bytes, sha256 })
    }
}

#[derive(Serialize)]
struct Written<'a> {
    schema: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    marking: Option<&'a str>,
    key: Key,
    engine: &'a str,
    seed: u64,
    plan: &'a Value,
    inputs: &'a [Input],
    #[serde(flatten)]
    record: &'a Record,
    outputs: &'a [Output],
}

/// The manifest's bytes: the same for the same job and outputs.
pub(super) fn written(job: &Job, record: &Record, outputs: &[Output], path: &Path) -> Result<Vec<u8>, BatchError> {
    let Job { engine, plan, seed, inputs } = job;
    let (key, marking) = (job.key(), record.marking.as_deref());
    json(&Written { schema: SCHEMA, marking, key, engine, seed: *seed, plan, inputs, record, outputs }, path)
}

/// Indented JSON with a newline at its end.
pub(super) fn json(value: &impl Serialize, path: &Path) -> Result<Vec<u8>, BatchError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|e| BatchError::io("write", path)(e.into()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// What reading a pack needs of its manifest.
#[derive(Debug, Deserialize)]
pub(super) struct Manifest {
    pub schema: u32,
    pub key: Key,
    pub outputs: Vec<Output>,
    #[serde(default)]
    pub marking: Option<String>,
    #[serde(default)]
    engine: String,
    #[serde(default)]
    seed: u64,
    #[serde(default)]
    plan: Value,
    #[serde(default)]
    inputs: Vec<Input>,
    #[serde(default)]
    disclosure: Value,
}

impl Manifest {
    /// The packs that stood beside this one when its figures were protected.
    pub fn beside(&self) -> Vec<String> {
        let packs = self.disclosure["beside"].as_array().into_iter().flatten();
        packs.filter_map(|pack| Some(pack["pack"].as_str()?.to_owned())).collect()
    }

    /// The job that made the pack.
    pub fn job(self) -> Job {
        Job { engine: self.engine, plan: self.plan, seed: self.seed, inputs: self.inputs }
    }

    /// Reads the manifest of the pack in `folder`.
    ///
    /// # Errors
    /// [`BatchError::NotAPack`] when there is none or it can't be understood.
    pub fn read(folder: &Path) -> Result<Manifest, BatchError> {
        let not_a_pack = |why: String| BatchError::NotAPack { path: folder.to_path_buf(), why };
        let text = fs::read(folder.join(MANIFEST)).map_err(|e| not_a_pack(format!("its {MANIFEST}: {e}")))?;
        let manifest: Manifest =
            serde_json::from_slice(&text).map_err(|e| not_a_pack(format!("its {MANIFEST} is damaged: {e}")))?;
        if manifest.schema != SCHEMA {
            let found = manifest.schema;
            return Err(not_a_pack(format!("its {MANIFEST} has schema {found}, this version reads {SCHEMA}")));
        }
        // A manifest that was tampered with mustn't lead anyone out of the pack.
        let stays = |path: &str| Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        if !manifest.outputs.iter().all(|output| stays(&output.path)) {
            return Err(not_a_pack(format!("its {MANIFEST} names a file outside the pack")));
        }
        Ok(manifest)
    }
}

/// Hashes every file of the new pack in `staging`, adds the manifest and the run's log, and puts all of it on the disk.
/// Gives the manifest's fingerprint.
pub(super) fn seal(staging: &Path, job: &Job, record: &Record) -> Result<String, BatchError> {
    let (files, folders) = durable::walk(staging)?;
    let mut outputs = Vec::with_capacity(files.len());
    for file in files {
        let path = staging.join(&file);
        if file == MANIFEST || file == RUN_LOG {
            return Err(BatchError::Unpublishable { path, why: "the name is kept for the manifest and the run's log" });
        }
        durable::sync_file(&path)?;
        outputs.push(Output::of_file(staging, file)?);
    }
    if let Some(run) = &record.run {
        let path = staging.join(RUN_LOG);
        durable::write_new(&path, &json(run, &path)?)?;
    }
    let path = staging.join(MANIFEST);
    let manifest = written(job, record, &outputs, &path)?;
    durable::write_new(&path, &manifest)?;
    for folder in folders {
        durable::sync_folder(&folder)?;
    }
    Ok(super::job::fingerprint_of(&manifest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn job() -> Job {
        Job { engine: "groundswell 0.1.0".into(), plan: json!({"horizon": 12}), seed: 7, inputs: vec![] }
    }

    fn sealed(record: &Record) -> (tempfile::TempDir, Value) {
        let folder = tempfile::tempdir().expect("temporary folder");
        fs::create_dir(folder.path().join("charts")).expect("folder");
        fs::write(folder.path().join("charts/a.svg"), "abc").expect("file");
        seal(folder.path(), &job(), record).expect("sealed");
        let text = fs::read_to_string(folder.path().join(MANIFEST)).expect("manifest");
        (folder, serde_json::from_str(&text).expect("JSON"))
    }

    #[test]
    fn the_manifest_names_the_job_its_record_and_every_output() {
        let record = Record { findings: json!([{"name": "gap"}]), models: json!(["ets"]), ..Record::default() };
        let (_folder, manifest) = sealed(&record);
        let expected = json!({
            "schema": 1,
            "key": job().key().to_string(),
            "engine": "groundswell 0.1.0",
            "seed": 7,
            "plan": {"horizon": 12},
            "inputs": [],
            "findings": [{"name": "gap"}],
            "models": ["ets"],
            "backtest": null,
            "disclosure": null,
            "vintages": null,
            // FIPS 180-4's example: SHA-256 of "abc".
            "outputs": [{
                "path": "charts/a.svg",
                "bytes": 3,
                "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            }],
        });
        assert_eq!(manifest, expected);
    }

    #[test]
    fn timings_stand_in_the_run_log_and_not_in_the_manifest() {
        let quick = sealed(&Record { run: Some(json!({"seconds": 1})), ..Record::default() });
        let slow = sealed(&Record { run: Some(json!({"seconds": 9})), ..Record::default() });
        assert_eq!(quick.1, slow.1);
        let log = |folder: &Path| fs::read_to_string(folder.join(RUN_LOG)).expect("log");
        assert_eq!(log(quick.0.path()), "{\n  \"seconds\": 1\n}\n");
        assert_ne!(log(quick.0.path()), log(slow.0.path()));
    }

    #[test]
    fn a_pack_that_brings_its_own_manifest_is_refused() {
        for name in [MANIFEST, RUN_LOG] {
            let folder = tempfile::tempdir().expect("temporary folder");
            fs::write(folder.path().join(name), "{}").expect("file");
            let error = seal(folder.path(), &job(), &Record::default()).expect_err("refused");
            assert!(matches!(error, BatchError::Unpublishable { .. }));
        }
    }

    #[test]
    fn a_manifest_that_points_out_of_its_pack_is_refused() {
        let folder = tempfile::tempdir().expect("temporary folder");
        for path in ["../secret", "/etc/hostname"] {
            let outputs = json!([{"path": path, "bytes": 0, "sha256": ""}]);
            let text = json!({"schema": 1, "key": "00", "outputs": outputs}).to_string();
            fs::write(folder.path().join(MANIFEST), text).expect("file");
            let error = Manifest::read(folder.path()).expect_err("refused").to_string();
            assert!(error.ends_with("names a file outside the pack"), "{error}");
        }
    }
}
