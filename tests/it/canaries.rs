//! No child's identifier or date of birth is in any byte that a command writes, in whatever form the files come: on the
//! streams, in packs (workbooks and Parquet files decoded), in project files, in what is left of temporary files. And no
//! exact number of records is in what a run says or publishes (`counts`).

mod counts;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use calamine::Reader;
use groundswell::simulate::{Dirt, FileFormat, Simulated, SimulationOptions, simulate, write_format};
use polars::prelude::{DataType, IntoLazy, ParquetReader, SerReader, all};
use tempfile::TempDir;

use crate::commands::{groundswell, inputs};

/// How every invented child's identifier begins.
const IDENTIFIER: &str = "SYN-0";

fn authority() -> Simulated {
    let options = "first_month = '2019-04'\nmonths = 36\nreferrals_per_month = 60.0\nseed = 5";
    simulate(&SimulationOptions::from_toml(options).expect("valid")).expect("simulated")
}

/// What must be nowhere: the identifier, and dates of birth that no end of a month explains.
fn secrets(simulated: &Simulated) -> Vec<String> {
    let births = simulated.referrals.iter().map(|row| row.born).filter(|born| (2..28).contains(&born.day()));
    let forms = births.flat_map(|born| [born.to_string(), born.strftime("%d/%m/%Y").to_string()]);
    let mut secrets: Vec<String> = forms.chain([IDENTIFIER.to_owned()]).collect();
    secrets.sort();
    secrets.dedup();
    secrets
}

/// The text of one file: as it is, and decoded where its bytes are packed.
fn texts(path: &Path) -> Vec<String> {
    let mut bytes = Vec::new();
    fs::File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)).expect("a file");
    let mut texts = vec![String::from_utf8_lossy(&bytes).into_owned()];
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("xlsx") => {
            let mut book = calamine::open_workbook_auto(path).expect("a workbook");
            texts.extend(
                book.worksheets()
                    .iter()
                    .flat_map(|(_, cells)| cells.rows().flatten().map(ToString::to_string).collect::<Vec<_>>()),
            );
        }
        Some("parquet") => {
            let table = ParquetReader::new(fs::File::open(path).expect("a file")).finish().expect("a table");
            let text = table.lazy().select([all().as_expr().cast(DataType::String)]).collect().expect("text");
            for column in text.columns() {
                let cells = column.str().expect("text");
                texts.extend(cells.iter().flatten().map(str::to_owned));
            }
        }
        _ => {}
    }
    texts
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Runs the commands of a first month on files of one format; asserts that nothing of a child is in what they write.
fn gives_nothing_away(simulated: &Simulated, format: FileFormat) {
    let secrets = secrets(simulated);
    let (source, desk) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    let written = write_format(simulated, format, &Dirt::of_each(0.03), source.path()).expect("written");
    let temporary = desk.path().join("temporary");
    fs::create_dir(&temporary).expect("a folder");
    let mut said = Vec::new();
    let mut run = |arguments: &[&str], with_files: bool| {
        let mut command = groundswell(desk.path());
        command.env("TMPDIR", &temporary).args(arguments);
        if with_files {
            command.args(inputs(format, &written.files));
        }
        let output = command.output().expect("the program starts");
        said.push((arguments.join(" "), [output.stdout, output.stderr].concat()));
        output.status.success()
    };
    run(&["check"], true);
    run(&["check", "--json"], true);
    run(&["--verbose", "check"], true);
    if run(&["init"], true) {
        assert!(run(&["run", "--verbose", "--log-format", "json"], false), "{}: a first pack", format.name());
        run(&["run"], false);
        run(&["status"], false);
        run(&["explain", "*"], false);
        run(&["scenario", "-s", "second-lockdown"], false);
    } else {
        assert_eq!(format, FileFormat::Ssda903, "files that a project can be made of");
    }
    let mut places: Vec<(String, Vec<String>)> =
        said.into_iter().map(|(what, bytes)| (what, vec![String::from_utf8_lossy(&bytes).into_owned()])).collect();
    places.extend(files(desk.path()).iter().map(|path| (path.display().to_string(), texts(path))));
    for (place, texts) in &places {
        for secret in &secrets {
            let found = texts.iter().any(|text| text.contains(secret.as_str()));
            assert!(!found, "{}: {place} holds {}", format.name(), &secret[..secret.len().min(5)]);
        }
    }
}

#[test]
fn nothing_of_a_child_is_in_what_commands_write() {
    let simulated = authority();
    for format in FileFormat::ALL {
        gives_nothing_away(&simulated, format);
    }
}

/// The search itself: it finds what is there.
#[test]
fn what_is_written_on_purpose_is_found() {
    let simulated = authority();
    let folder = TempDir::new().expect("a folder");
    for format in FileFormat::ALL {
        let written = write_format(&simulated, format, &Dirt::none(), folder.path()).expect("written");
        let texts = written.files.iter().flat_map(|file| texts(file));
        assert!(texts.into_iter().any(|text| text.contains(IDENTIFIER)), "{}", format.name());
    }
}
