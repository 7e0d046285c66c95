//! What files are called in a pack: the folder that an analyst keeps a file in is nobody else's business.

use std::collections::BTreeMap;
use std::path::{Component, Path};

/// The shortest ends of their paths that tell files apart: the name alone, or as many folders before it as it takes.
#[derive(Debug, Default)]
pub struct FileNames {
    by_path: BTreeMap<String, String>,
}

impl FileNames {
    /// Those of files that are published together.
    pub fn of<'a>(paths: impl IntoIterator<Item = &'a Path>) -> FileNames {
        let parts: BTreeMap<String, Vec<String>> =
            paths.into_iter().map(|path| (path.display().to_string(), parts(path))).collect();
        let mut sharing: BTreeMap<&[String], usize> = BTreeMap::new();
        for end in parts.values().flat_map(|parts| ends(parts)) {
            *sharing.entry(end).or_default() += 1;
        }
        let shortest = |parts: &[String]| {
            let own = ends(parts).find(|end| sharing.get(end) == Some(&1));
            own.unwrap_or(parts).join("/")
        };
        FileNames { by_path: parts.iter().map(|(path, parts)| (path.clone(), shortest(parts))).collect() }
    }

    /// What the pack calls the file. A file in a folder that is among them keeps the folder; another goes by its name.
    pub fn name(&self, path: &Path) -> String {
        let within = path.ancestors().find_map(|known| {
            let name = self.by_path.get(&known.display().to_string())?;
            let rest = parts(path.strip_prefix(known).ok()?);
            Some(std::iter::once(name.clone()).chain(rest).collect::<Vec<_>>().join("/"))
        });
        within.unwrap_or_else(|| file_name(path))
    }
}

/// The last part of a path.
pub fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Folders and file, without what stands for no folder of that name (`..`, `C:`, the root).
fn parts(path: &Path) -> Vec<String> {
    let named = |part: Component<'_>| match part {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    };
    path.components().filter_map(named).collect()
}

/// The ends of a path, from its file alone to the whole of it.
fn ends(parts: &[String]) -> impl Iterator<Item = &[String]> {
    (0..parts.len()).rev().map(move |from| &parts[from..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(paths: &[&str]) -> Vec<String> {
        let names = FileNames::of(paths.iter().map(Path::new));
        paths.iter().map(|path| names.name(Path::new(path))).collect()
    }

    #[test]
    fn a_file_alone_of_its_name_is_called_by_it_and_others_by_the_folders_that_differ() {
        assert_eq!(names(&["/srv/cases/2024/referrals.csv"]), ["referrals.csv"]);
        let two = names(&["/srv/jan/List 3.csv", "/srv/feb/List 3.csv", "/srv/feb/List 1.csv"]);
        assert_eq!(two, ["jan/List 3.csv", "feb/List 3.csv", "List 1.csv"]);
        assert_eq!(names(&["/a/jan/out/x.csv", "/a/feb/out/x.csv"]), ["jan/out/x.csv", "feb/out/x.csv"]);
    }

    #[test]
    fn a_list_of_an_extract_keeps_the_folder_of_the_extract() {
        let names = FileNames::of(["/srv/annex/2024-01", "/srv/annex/2024-02"].map(Path::new));
        assert_eq!(names.name(Path::new("/srv/annex/2024-02/List 3.csv")), "2024-02/List 3.csv");
        assert_eq!(names.name(Path::new("/srv/annex/2024-02")), "2024-02");
    }

    #[test]
    fn no_name_is_an_absolute_path_and_unknown_files_go_by_their_name() {
        assert_eq!(names(&["/x.csv", "/old/x.csv", "../x.csv"]), ["x.csv", "old/x.csv", "x.csv"]);
        assert_eq!(FileNames::default().name(Path::new("/srv/cases/y.csv")), "y.csv");
    }
}
