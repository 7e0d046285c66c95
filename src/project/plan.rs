//! The checked run.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{
    About, BacktestOptions, CalendarOptions, ForecastOptions, LineUp, ProjectError, PublishOptions, ScenarioOptions,
    in_words, load_scenario,
};
use crate::forecast::Draws;
use crate::ingest::InputOptions;
use crate::pathway::PathwayPlan;
use crate::publish::Theme;
use crate::scenario::Scenario;

/// The file as written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProjectFile {
    schema: u32,
    project: About,
    input: InputOptions,
    #[serde(default)]
    calendar: CalendarOptions,
    #[serde(default)]
    forecast: ForecastOptions,
    #[serde(default)]
    backtest: BacktestOptions,
    #[serde(default)]
    pathway: PathwayPlan,
    #[serde(default)]
    scenarios: ScenarioOptions,
    #[serde(default)]
    publish: PublishOptions,
}

/// The checked run: every option has its value, every bound has been held against it.
#[derive(Debug, Clone)]
pub struct RunPlan {
    path: PathBuf,
    base: PathBuf,
    file: ProjectFile,
    line_up: LineUp,
    scenarios: Option<Vec<Scenario>>,
    theme: Theme,
    /// The file's text, to tell in which line something stands; empty for the plan of a pack.
    text: String,
}

impl RunPlan {
    /// Reads and checks a project file.
    ///
    /// # Errors
    /// Where the file can't be read, breaks a rule, or names a line-up that isn't there.
    pub fn load(path: &Path) -> Result<RunPlan, ProjectError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ProjectError::Unreadable { path: path.to_owned(), source })?;
        // An empty parent means the working directory of this very moment; later changes of it must not matter.
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let base =
            folder.canonicalize().map_err(|source| ProjectError::Unreadable { path: folder.to_owned(), source })?;
        RunPlan::from_toml(&text, path, &base)
    }

    /// Checks the text of a project file; messages give it the path, and its files lie under `base`.
    ///
    /// # Errors
    /// Where it breaks a rule, or names a line-up, scenario or theme that isn't there.
    pub fn from_toml(text: &str, path: &Path, base: &Path) -> Result<RunPlan, ProjectError> {
        let file: ProjectFile = toml::from_str(text).map_err(|error| {
            if text.parse::<toml::Table>().is_ok_and(|table| table.contains_key("lever")) {
                let what = "this is a scenario and no project file; name each scenario after a -s of its own";
                return ProjectError::Invalid { path: path.to_owned(), what: what.to_owned() };
            }
            let (place, what) = in_words::of_error(&path.display().to_string(), text, &error);
            ProjectError::Invalid { path: place.into(), what }
        })?;
        RunPlan::checked(file, text, path, base)
    }

    /// The plan of a published pack, from what its manifest holds of it ([`RunPlan::resolved`]); `base` is the folder
    /// that its inputs lie in now.
    ///
    /// # Errors
    /// Where it breaks a rule of this version, or names a line-up that isn't there.
    pub fn from_resolved(resolved: &serde_json::Value, path: &Path, base: &Path) -> Result<RunPlan, ProjectError> {
        let unreadable = |source| ProjectError::Unreadable { path: base.to_owned(), source };
        let base = base.canonicalize().map_err(unreadable)?;
        let project = resolved.get("project").cloned().unwrap_or_default();
        let file: ProjectFile = serde_json::from_value(project).map_err(|error| ProjectError::Invalid {
            path: path.to_owned(),
            what: format!("its plan can't be read by this version: {error}"),
        })?;
        RunPlan::checked(file, "", path, &base)
    }

    fn checked(file: ProjectFile, text: &str, path: &Path, base: &Path) -> Result<RunPlan, ProjectError> {
        let place = |option: &str| {
            let keys: Vec<&str> = option.split(['[', ']', ' ']).filter(|key| !key.is_empty()).collect();
            PathBuf::from(in_words::place_of(&path.display().to_string(), text, &keys))
        };
        let at = |option: &str, what: String| ProjectError::Invalid { path: place(option), what };
        let invalid = |option: &str, what: String| Err(at(option, what));
        if file.schema != 1 {
            let what = format!("schema = {} is not one that this version reads; it reads schema = 1", file.schema);
            return invalid("schema", what);
        }
        if file.input.files.is_empty() {
            return invalid("[input] files", "[input] files is empty; name at least one file".to_owned());
        }
        for (name, value, least, most) in [
            ("[forecast] horizon", file.forecast.horizon, 1, 1200),
            ("[forecast] paths", file.forecast.paths, 100, 100_000),
            ("[backtest] origins", file.backtest.origins, 1, 200),
            ("[backtest] stride", file.backtest.stride, 1, 120),
            ("[publish] keep", file.publish.keep.unwrap_or(1), 1, 10_000),
        ] {
            if !(least..=most).contains(&value) {
                return invalid(name, format!("{name} = {value} is outside {least} to {most}"));
            }
        }
        let line_up = LineUp::load(&file.forecast.line_up, base).map_err(|error| match error {
            ProjectError::NoLineUp { .. } => at("[forecast] line_up", error.to_string()),
            error => error,
        })?;
        let named = file.scenarios.publish.as_ref();
        let load = |name: &String| {
            load_scenario(name, base).map_err(|error| match error {
                ProjectError::Scenario { .. } => at("[scenarios] publish", error.to_string()),
                error => error,
            })
        };
        let scenarios = named.map(|names| names.iter().map(load).collect());
        let scenarios: Option<Vec<Scenario>> = scenarios.transpose()?;
        if line_up.shock.is_none() && scenarios.as_ref().is_some_and(|scenarios| !scenarios.is_empty()) {
            let what = format!(
                "[scenarios] needs a line-up with [shock], which `{}` has not; use `referrals`, or publish = []",
                line_up.name
            );
            return invalid("[scenarios] publish", what);
        }
        let following = scenarios.iter().flatten().find(|scenario| scenario.reaches_what_follows());
        if let Some(scenario) = following.filter(|_| !file.pathway.on) {
            let what = format!(
                "[scenarios] publish names `{}`, which has levers on what follows referrals; set [pathway] on = true",
                scenario.name()
            );
            return invalid("[scenarios] publish", what);
        }
        let names = scenarios.iter().flatten().map(Scenario::name);
        if let Some(twice) = first_twice(names) {
            return invalid("[scenarios] publish", format!("[scenarios] publish names `{twice}` twice"));
        }
        if let Some(twice) = first_twice(file.publish.workbook.iter().map(|format| format.name())) {
            let what = format!("[publish] workbook names `{twice}` twice; name each form once");
            return invalid("[publish] workbook", what);
        }
        let theme = file.publish.theme.as_deref().map(|theme| load_theme(&base.join(theme), &place("[publish] theme")));
        let theme = theme.transpose()?;
        let theme = theme.unwrap_or_default();
        Ok(RunPlan {
            path: path.to_owned(),
            base: base.to_owned(),
            file,
            line_up,
            scenarios,
            theme,
            text: text.to_owned(),
        })
    }

    /// The project file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// "groundswell.toml:21:1": where an option stands that these keys lead to, or else the file alone.
    pub fn place(&self, keys: &[&str]) -> String {
        in_words::place_of(&self.path.display().to_string(), &self.text, keys)
    }

    /// The folder that relative paths start from: the project file's own.
    pub fn base(&self) -> &Path {
        &self.base
    }

    /// What the pack is about.
    pub fn about(&self) -> &About {
        &self.file.project
    }

    /// What to read, and how.
    pub fn input(&self) -> &InputOptions {
        &self.file.input
    }

    /// The calendar.
    pub fn calendar(&self) -> &CalendarOptions {
        &self.file.calendar
    }

    /// How far and how sure.
    pub fn forecast(&self) -> &ForecastOptions {
        &self.file.forecast
    }

    /// The models.
    pub fn line_up(&self) -> &LineUp {
        &self.line_up
    }

    /// The draws of the sample paths.
    pub fn draws(&self) -> Draws {
        Draws { paths: self.file.forecast.paths, seed: self.file.forecast.seed }
    }

    /// How the recipe is judged.
    pub fn backtest(&self) -> &BacktestOptions {
        &self.file.backtest
    }

    /// What follows the referrals: stages, work and cost.
    pub fn pathway(&self) -> &PathwayPlan {
        &self.file.pathway
    }

    /// The scenarios to publish; `None` where the project file leaves it open.
    pub fn scenarios(&self) -> Option<&[Scenario]> {
        self.scenarios.as_deref()
    }

    /// What may be shown.
    pub fn publish(&self) -> &PublishOptions {
        &self.file.publish
    }

    /// The colours of the charts.
    pub fn theme(&self) -> Theme {
        self.theme
    }

    /// The folder that holds the packs. Packs with a handling marking have a folder of their own beside it, named after
    /// the marking, so that none is passed on with the others.
    pub fn destination(&self) -> PathBuf {
        let folder = self.base.join(&self.file.publish.folder);
        let Some(marking) = self.file.publish.profile.marking() else { return folder };
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(marking) { folder } else { folder.with_file_name(format!("{name}-{marking}")) }
    }

    /// Publishes elsewhere than the project file says; the path is relative to the working directory.
    pub fn publish_into(&mut self, folder: PathBuf) {
        self.file.publish.folder = std::path::absolute(&folder).unwrap_or(folder);
    }

    /// Everything that decides the outputs, as JSON: every option with its value, the line-up's text and the
    /// theme's colours. The folder of
    /// the packs and how many stay are not among them, so that the same job gives the same bytes anywhere.
    pub fn resolved(&self) -> serde_json::Value {
        let mut file = serde_json::to_value(&self.file).unwrap_or_default();
        if let Some(publish) = file.get_mut("publish").and_then(|publish| publish.as_object_mut()) {
            publish.remove("folder");
            publish.remove("keep");
        }
        serde_json::json!({
            "project": file,
            "line_up": format!("{:?}", self.line_up),
            "scenarios": self.scenarios,
            "theme": self.theme,
        })
    }
}

/// The colours of a theme file, which the project file names in `place`.
fn load_theme(path: &Path, place: &Path) -> Result<Theme, ProjectError> {
    let text = std::fs::read_to_string(path).map_err(|error| ProjectError::Invalid {
        path: place.to_owned(),
        what: format!("the theme {} can't be read: {error}; correct [publish] theme, or leave it out", path.display()),
    })?;
    Theme::parse(&text).map_err(|error| ProjectError::Invalid { path: path.to_owned(), what: error.to_string() })
}

/// The first name that comes a second time.
fn first_twice<'a>(names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut seen = std::collections::BTreeSet::new();
    names.into_iter().find(|name| !seen.insert(*name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::WorkbookFormat;

    const LEAST: &str = "schema = 1\n[project]\ntitle = \"T\"\nauthority = \"A\"\n[input]\nfiles = [\"a.csv\"]\n";

    fn parse(text: &str) -> Result<RunPlan, ProjectError> {
        RunPlan::from_toml(text, Path::new("groundswell.toml"), Path::new("/work"))
    }

    fn refusal(text: &str) -> String {
        parse(text).expect_err("a broken project file").to_string()
    }

    #[test]
    fn a_theme_is_read_beside_the_project_file_and_decides_the_job() {
        let folder = tempfile::tempdir().expect("a folder");
        let load = |theme: &str| {
            std::fs::write(folder.path().join("theme.toml"), theme).expect("written");
            let text = format!("{LEAST}[publish]\ntheme = \"theme.toml\"\n");
            RunPlan::from_toml(&text, Path::new("groundswell.toml"), folder.path())
        };
        let usual = parse(LEAST).expect("a valid project file");
        let themed = load("schema = 1\n[colours]\nfirst = \"#4A0D66\"\n").expect("a valid theme");
        assert_ne!(themed.theme(), usual.theme());
        assert_ne!(themed.resolved()["theme"], usual.resolved()["theme"]);
        let said = load("schema = 1\n[colours]\nsecond = \"#A0D8D3\"\n").expect_err("too pale").to_string();
        assert!(said.contains("theme.toml: [colours] second (#A0D8D3) on paper"), "{said}");
        std::fs::remove_file(folder.path().join("theme.toml")).expect("removed");
        let text = format!("{LEAST}[publish]\ntheme = \"theme.toml\"\n");
        let said =
            RunPlan::from_toml(&text, Path::new("groundswell.toml"), folder.path()).expect_err("no file").to_string();
        assert!(
            said.starts_with("groundswell.toml:8:1: the theme ")
                && said.contains(" can't be read: ")
                && said.ends_with("or leave it out"),
            "{said}"
        );
    }

    #[test]
    fn the_least_file_has_every_default() {
        let plan = parse(LEAST).expect("a valid project file");
        assert_eq!(plan.forecast(), &ForecastOptions::default());
        assert_eq!(plan.destination(), Path::new("/work/packs"));
        assert_eq!(plan.about().measure, "referrals");
    }

    #[test]
    fn an_unknown_option_is_refused_with_its_place() {
        let message = refusal(&format!("{LEAST}[forecast]\nhorzon = 3\n"));
        let expected =
            "groundswell.toml:8:1: [forecast] has no option `horzon`; did you mean `horizon`? It has `horizon`, ";
        assert!(message.starts_with(expected), "{message}");
    }

    #[test]
    fn bounds_are_held() {
        let message = refusal(&format!("{LEAST}[forecast]\nhorizon = 0\n"));
        assert_eq!(message, "groundswell.toml:8:1: [forecast] horizon = 0 is outside 1 to 1200");
        let message = refusal(&LEAST.replace("schema = 1", "schema = 2"));
        assert_eq!(message, "groundswell.toml:1:1: schema = 2 is not one that this version reads; it reads schema = 1");
    }

    #[test]
    fn a_form_of_the_workbook_is_one_that_there_is_and_named_once() {
        let with = |forms: &str| format!("{LEAST}[publish]\nworkbook = {forms}\n");
        let message = refusal(&with("[\"xlsx\", \"pdf\"]"));
        let expected =
            "groundswell.toml:8:21: [publish] workbook = \"pdf\": there is no such choice; it may be `xlsx` or `ods`";
        assert_eq!(message, expected);
        let message = refusal(&with("[\"ods\", \"ods\"]"));
        assert_eq!(message, "groundswell.toml:8:1: [publish] workbook names `ods` twice; name each form once");
        assert!(parse(&with("[]")).expect("a valid project file").publish().workbook.is_empty());
        assert_eq!(parse(LEAST).expect("a valid project file").publish().workbook, [WorkbookFormat::Xlsx]);
    }

    #[test]
    fn a_plan_comes_back_from_what_a_manifest_holds_of_it() {
        let text = format!("{LEAST}[forecast]\nhorizon = 7\nlevels = [60, 90]\n[publish]\nkeep = 5\n");
        let plan = parse(&text).expect("a valid project file");
        let folder = tempfile::tempdir().expect("temporary folder");
        let again = RunPlan::from_resolved(&plan.resolved(), Path::new("pack"), folder.path()).expect("the same plan");
        assert_eq!(again.resolved(), plan.resolved());
        assert_eq!(again.publish().keep, None);
        let error = RunPlan::from_resolved(&serde_json::json!({}), Path::new("pack"), folder.path());
        assert!(error.expect_err("no plan").to_string().starts_with("pack: its plan can't be read"));
    }

    #[test]
    fn the_place_of_the_packs_does_not_decide_their_bytes() {
        let mut plan = parse(LEAST).expect("a valid project file");
        let before = plan.resolved();
        plan.publish_into(PathBuf::from("/elsewhere"));
        assert_eq!(plan.resolved(), before);
    }
}
