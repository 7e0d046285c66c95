//! Whatever stops a run, the last pack or the new one is there, whole, and the next run succeeds: the run is killed and
//! its system calls fail, one after the other. Linux's strace does the harm; without it these tests skip.
//!
//! A few faults run with the other tests, chosen by a fixed seed. All of them, 2,000 kills at random moments and 500
//! races:
//!
//! ```sh
//! GROUNDSWELL_FAULTS=all cargo test --test it faults -- --ignored --nocapture
//! ```

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use groundswell::math::random::stream;
use groundswell::pipeline;
use rand::RngExt;
use tempfile::TempDir;

use crate::commands::{groundswell, output, two_series};

/// System calls by which a run touches the disk.
const CALLS: [&str; 7] = ["openat", "write", "fsync", "rename", "mkdir", "unlinkat", "ftruncate"];

/// What befalls a call: the process is killed at it, the disk is full, the device fails.
const HARMS: [&str; 3] = ["signal=SIGKILL", "error=ENOSPC", "error=EIO"];

/// A project whose runs are short, with one published pack and other input since.
struct Project {
    folder: TempDir,
}

impl Project {
    fn with_an_old_pack() -> Project {
        let folder = TempDir::new().expect("a temporary folder");
        fs::write(folder.path().join("series.csv"), two_series()).expect("a file");
        let line_up = "schema = 1\nname = \"short\"\ndescription = \"Last year again.\"\n[[group]]\nmembers = [{ model = \"seasonal_naive\" }]\n";
        fs::write(folder.path().join("short.toml"), line_up).expect("a file");
        output(groundswell(folder.path()).args(["init", "series.csv"]), 0);
        let file = folder.path().join("groundswell.toml");
        let text = fs::read_to_string(&file).expect("a project file");
        let text = ["line_up = \"referrals\"", "paths = 1000", "origins = 10"]
            .iter()
            .zip(["line_up = \"short.toml\"", "paths = 100", "origins = 1"])
            .fold(text, |text, (from, to)| {
                assert!(text.contains(from), "{from}");
                text.replace(from, to)
            });
        fs::write(&file, text).expect("a file");
        let project = Project { folder };
        output(project.run().arg("--quiet"), 0);
        fs::write(project.path().join("series.csv"), two_series().replace(",130\n", ",131\n")).expect("a file");
        project
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn packs(&self) -> PathBuf {
        self.path().join("packs")
    }

    fn run(&self) -> Command {
        let mut command = groundswell(self.path());
        command.args(["--jobs", "1", "run"]).stdout(Stdio::null());
        command
    }

    /// The run under strace, with its options; what the program itself says is thrown away.
    fn traced(&self, options: &[&str]) -> ExitStatus {
        let run = self.run();
        let mut command = Command::new("strace");
        command.current_dir(self.path()).args(["-f", "-qq"]).args(options).arg(run.get_program()).args(run.get_args());
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("strace starts")
    }

    /// Puts the folder of the packs back as it was before the fault.
    fn restore(&self, before: &Path) {
        fs::remove_dir_all(self.packs()).expect("removed");
        copy(before, &self.packs());
    }

    /// Whether the current pack is whole; its name.
    fn current(&self) -> String {
        let latest = groundswell::batch::latest(&self.packs()).expect("a readable pointer").expect("a pointer");
        let verified = pipeline::verify_pack(&self.packs().join(&latest.pack)).expect("a pack");
        assert_eq!(verified.differences, [], "{} is torn", latest.pack);
        latest.pack
    }

    /// What has to hold after any fault: a whole pack is current, every pack is whole, and the next run publishes.
    fn holds_after(&self, what: &str) {
        self.current();
        for pack in groundswell::batch::packs(&self.packs()).expect("the packs") {
            let verified = pipeline::verify_pack(&pack.path).expect("a pack");
            assert!(verified.differences.is_empty(), "{what}: {} is torn: {:?}", pack.name, verified.differences);
        }
        let next = self.run().stderr(Stdio::piped()).output().expect("the program starts");
        assert!(next.status.success(), "{what}: the next run said {}", String::from_utf8_lossy(&next.stderr));
        let names: Vec<_> =
            fs::read_dir(self.packs()).expect("the packs").map(|e| e.expect("entry").file_name()).collect();
        assert!(names.iter().all(|name| !name.to_string_lossy().contains("staging")), "{what}: {names:?}");
        let status: serde_json::Value =
            serde_json::from_str(&output(groundswell(self.path()).args(["status", "--json"]), 0)).expect("JSON");
        assert_eq!(status["standing"], "up-to-date", "{what}");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        let place = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &place);
        } else {
            fs::copy(entry.path(), place).expect("copied");
        }
    }
}

fn no_strace() -> bool {
    let there = Command::new("strace").args(["-qq", "-e", "trace=none", "true"]).status();
    let missing = !there.is_ok_and(|status| status.success());
    if missing {
        let _ = writeln!(std::io::stderr(), "skipped: strace isn't there, or may not trace");
    }
    missing
}

/// How often a run makes each call in its busiest thread, which is how strace counts.
fn calls(project: &Project) -> Vec<(&'static str, usize)> {
    let log = project.path().join("trace.txt");
    let trace = format!("trace={}", CALLS.join(","));
    assert!(project.traced(&["-o", &log.display().to_string(), "-e", &trace]).success());
    let text = fs::read_to_string(&log).expect("a trace");
    let thread = |line: &str| line.split_whitespace().next().map(str::to_owned);
    let threads: BTreeSet<String> = text.lines().filter_map(thread).collect();
    let made = |call: &str, who: &str| {
        text.lines().filter(|line| line.starts_with(who) && line.contains(&format!(" {call}("))).count()
    };
    let most = |call: &&'static str| (*call, threads.iter().map(|who| made(call, who)).max().unwrap_or(0));
    let counts: Vec<_> = CALLS.iter().map(most).collect();
    let of = |call: &str| counts.iter().find(|(name, _)| *name == call).map_or(0, |(_, count)| *count);
    // A pack has dozens of files; each is opened, written and synced, and two names are given.
    assert!(of("openat") > 20 && of("write") > 20 && of("fsync") > 20 && of("rename") >= 2, "{counts:?}");
    counts
}

/// Does one harm at the `when`-th call of a kind.
fn harm(project: &Project, before: &Path, call: &str, harm: &str, when: usize) {
    project.restore(before);
    let what = format!("{harm} at {call} number {when}");
    let (trace, inject) = (format!("trace={call}"), format!("inject={call}:{harm}:when={when}"));
    project.traced(&["-o", "/dev/null", "-e", &trace, "-e", &inject]);
    project.holds_after(&what);
}

#[test]
fn a_call_that_fails_or_kills_leaves_a_whole_pack() {
    if no_strace() {
        return;
    }
    let (project, before) = (Project::with_an_old_pack(), TempDir::new().expect("a temporary folder"));
    copy(&project.packs(), before.path());
    let counts = calls(&project);
    let mut random = stream(7, &[]);
    for (call, count) in counts.iter().filter(|(_, count)| *count > 0) {
        for harm_done in HARMS {
            harm(&project, before.path(), call, harm_done, random.random_range(1..=*count));
        }
    }
}

#[test]
#[ignore = "every call of a run: half an hour; see the head of this file"]
fn every_call_that_fails_or_kills_leaves_a_whole_pack() {
    if no_strace() {
        return;
    }
    let (project, before) = (Project::with_an_old_pack(), TempDir::new().expect("a temporary folder"));
    copy(&project.packs(), before.path());
    let mut done = 0;
    for (call, count) in calls(&project) {
        for (harm_done, when) in HARMS.iter().flat_map(|harm| (1..=count).map(move |when| (harm, when))) {
            harm(&project, before.path(), call, harm_done, when);
            done += 1;
        }
        let _ = writeln!(std::io::stderr(), "{call}: {count} calls, {done} faults so far");
    }
}

/// Kills runs at random moments of their length.
fn kill_at_random(kills: u64) {
    let (project, before) = (Project::with_an_old_pack(), TempDir::new().expect("a temporary folder"));
    copy(&project.packs(), before.path());
    let start = std::time::Instant::now();
    assert!(project.run().status().expect("the program starts").success());
    let length = start.elapsed();
    let old = {
        project.restore(before.path());
        project.current()
    };
    let (mut died, mut published) = (0, 0);
    for kill in 0..kills {
        project.restore(before.path());
        let mut child = project.run().stderr(Stdio::null()).spawn().expect("the program starts");
        let moment = length.mul_f64(stream(11, &[kill]).random_range(0.0..1.1));
        std::thread::sleep(moment);
        let _ = child.kill();
        died += usize::from(!child.wait().expect("ended").success());
        published += usize::from(project.current() != old);
        project.holds_after(&format!("killed after {moment:?}"));
    }
    let _ = writeln!(std::io::stderr(), "{kills} kills: {died} died, {published} had published; no pack was torn");
}

#[test]
fn a_run_killed_at_any_moment_leaves_a_whole_pack() {
    kill_at_random(8);
}

#[test]
#[ignore = "2,000 kills: half an hour; see the head of this file"]
fn two_thousand_killed_runs_leave_whole_packs() {
    kill_at_random(2000);
}

/// Starts four runs at the same moment: one publishes, the others find it done or locked.
fn race(races: u64) {
    let (project, before) = (Project::with_an_old_pack(), TempDir::new().expect("a temporary folder"));
    copy(&project.packs(), before.path());
    for _ in 0..races {
        project.restore(before.path());
        let start = || project.run().args(["--detailed-exitcode", "--quiet"]).stderr(Stdio::null()).spawn();
        let children: Vec<_> = (0..4).map(|_| start().expect("the program starts")).collect();
        let ends = children.into_iter().map(|mut child| child.wait().expect("ended").code());
        let ends: Vec<i32> = ends.map(|code| code.expect("not killed")).collect();
        // So crude a line-up may raise an alert: 11.
        let won = ends.iter().filter(|code| [10, 11].contains(code)).count();
        assert_eq!(won, 1, "{ends:?}");
        assert!(ends.iter().all(|code| [10, 11, 12, 75].contains(code)), "{ends:?}");
        assert_eq!(groundswell::batch::packs(&project.packs()).expect("the packs").len(), 2);
        project.holds_after("a race");
    }
}

#[test]
fn of_four_runs_at_once_exactly_one_publishes() {
    race(4);
}

#[test]
#[ignore = "500 races: a quarter of an hour; see the head of this file"]
fn in_five_hundred_races_exactly_one_publishes() {
    race(500);
}

#[test]
fn no_command_opens_a_socket() {
    if no_strace() {
        return;
    }
    let project = Project::with_an_old_pack();
    let pack = project.packs().join(project.current());
    let pack = pack.to_string_lossy();
    let commands: [&[&str]; 10] = [
        &["run"],
        &["status"],
        &["verify", &pack],
        &["check", "series.csv"],
        &["forecast", "series.csv", "--models", "theta", "-h", "3", "-o", "forecast.csv"],
        &["backtest", "series.csv", "--models", "seasonal_naive", "--origins", "1"],
        &["simulate", "-o", "made"],
        &["completions", "bash"],
        &["man"],
        &["rerun", &pack],
    ];
    for arguments in commands {
        let log = project.path().join("sockets.txt");
        let mut command = Command::new("strace");
        command.current_dir(project.path()).args(["-f", "-qq", "-e", "trace=%network", "-e", "signal=none", "-o"]);
        let run = groundswell(project.path());
        let status =
            command.arg(&log).arg(run.get_program()).args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        let code = status.status().expect("strace starts").code();
        // A pack whose input changed since can't give the same bytes: 65.
        assert!(matches!(code, Some(0 | 65)), "{arguments:?} ended with {code:?}");
        let calls = fs::read_to_string(&log).expect("a trace");
        // Threads that end while strace lets go of them leave lines that name no call.
        let is_call = |line: &&str| !line.contains("+++") && !line.contains("???(");
        let calls: Vec<&str> = calls.lines().filter(is_call).collect();
        assert!(calls.is_empty(), "{arguments:?} called {calls:?}");
    }
}
