//! Reading Rust source as far as the rules need it: tokens without comments and literals, and the facts in them.

/// An identifier or a sign. `::` is one token; a literal is the token `"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    /// Counted from 1.
    pub line: usize,
}

/// What a file says that the rules ask about. Every fact carries its line.
#[derive(Debug, Default)]
pub struct Facts {
    /// The first name of every path from the crate's root; `*` for the whole crate.
    pub imports: Vec<(usize, String)>,
    /// Modules declared, inline or not.
    pub modules: Vec<(usize, String)>,
    /// Structures, enumerations, traits, unions and type aliases declared.
    pub types: Vec<(usize, String)>,
    /// Code that is refused wherever it stands, as it is to be named in the message.
    pub refused: Vec<(usize, &'static str)>,
    /// Uses of the library by its own name.
    pub own_name: Vec<usize>,
    /// Uses of a clock or the environment outside tests.
    pub ambient: Vec<(usize, &'static str)>,
}

/// The tokens of a source text.
pub fn tokens(text: &str) -> Vec<Token> {
    let characters: Vec<char> = text.chars().collect();
    let at = |i: usize| characters.get(i).copied().unwrap_or('\0');
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut found, mut i, mut line) = (Vec::new(), 0, 1);
    while i < characters.len() {
        let start = i;
        let token = match at(i) {
            '/' if at(i + 1) == '/' => {
                while i < characters.len() && at(i) != '\n' {
                    i += 1;
                }
                None
            }
            '/' if at(i + 1) == '*' => {
                let mut depth = 0;
                loop {
                    match (at(i), at(i + 1)) {
                        ('/', '*') => (depth, i) = (depth + 1, i + 2),
                        ('*', '/') => (depth, i) = (depth - 1, i + 2),
                        _ => i += 1,
                    }
                    if depth == 0 || i >= characters.len() {
                        break None;
                    }
                }
            }
            '"' => {
                i = after_quoted(&characters, i);
                Some("\"".to_owned())
            }
            // A character literal, or else a lifetime, which is dropped with its name.
            '\'' if at(i + 1) == '\\' => {
                i += 3;
                while i < characters.len() && at(i) != '\'' {
                    i += 1;
                }
                i += 1;
                Some("\"".to_owned())
            }
            '\'' if at(i + 2) == '\'' => {
                i += 3;
                Some("\"".to_owned())
            }
            '\'' => {
                i += 1;
                while is_word(at(i)) {
                    i += 1;
                }
                None
            }
            c if is_word(c) => {
                while is_word(at(i)) {
                    i += 1;
                }
                let word: String = characters[start..i].iter().collect();
                let hashes = (i..).take_while(|&j| at(j) == '#').count();
                let raw = matches!(word.as_str(), "r" | "br" | "cr");
                if raw && at(i + hashes) == '"' {
                    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
                    i += hashes + 1;
                    while i < characters.len() && !characters[i..].starts_with(&end) {
                        i += 1;
                    }
                    i += end.len();
                    Some("\"".to_owned())
                } else if word == "r" && hashes == 1 {
                    // A raw identifier: what follows the sign is the name.
                    i += 1;
                    None
                } else {
                    Some(word)
                }
            }
            ':' if at(i + 1) == ':' => {
                i += 2;
                Some("::".to_owned())
            }
            c => {
                i += 1;
                (!c.is_whitespace()).then(|| c.to_string())
            }
        };
        found.extend(token.map(|text| Token { text, line }));
        line += characters[start..i.min(characters.len())].iter().filter(|&&c| c == '\n').count();
    }
    found
}

/// The position after a string that opens at `i`.
fn after_quoted(characters: &[char], i: usize) -> usize {
    let mut i = i + 1;
    while i < characters.len() && characters[i] != '"' {
        i += if characters[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

/// The module that a file is, from the crate's root: `models/ets.rs` is `[models, ets]`, `lib.rs` is `[]`.
pub fn module_of(path: &str) -> Vec<String> {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if path == "lib" || path == "main" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

/// Reads a file's facts.
pub fn facts(path: &str, text: &str) -> Facts {
    let tokens = tokens(text);
    let word = |i: usize| tokens.get(i).map_or("", |token| token.text.as_str());
    let before = |i: usize| i.checked_sub(1).map_or("", word);
    let mut facts = Facts::default();
    let mut module = module_of(path);
    // Open braces: how deep the module was before each, and whether each opened code for tests.
    let mut braces: Vec<(usize, bool)> = Vec::new();
    let (mut outer_depth, mut opens_test) = (module.len(), false);
    let is_test_file = path.ends_with("/tests.rs") || path.contains("/tests/");
    for (i, Token { text, line }) in tokens.iter().enumerate() {
        let line = *line;
        match text.as_str() {
            "{" => {
                braces.push((outer_depth, opens_test));
                (outer_depth, opens_test) = (module.len(), false);
            }
            "}" => {
                module.truncate(braces.pop().map_or(module.len(), |(depth, _)| depth));
                outer_depth = module.len();
            }
            ";" => opens_test = false,
            "cfg" if word(i + 1) == "(" && word(i + 2) == "test" && word(i + 3) == ")" => opens_test = true,
            "mod" => {
                facts.modules.push((line, word(i + 1).to_owned()));
                if word(i + 2) == "{" {
                    module.push(word(i + 1).to_owned());
                }
            }
            "struct" | "enum" | "trait" | "type" | "union" if word(i + 1).starts_with(char::is_uppercase) => {
                facts.types.push((line, word(i + 1).to_owned()));
            }
            "unsafe" => facts.refused.push((line, "`unsafe`")),
            "unsafe_code" => facts.refused.push((line, "lifting the ban on `unsafe_code`")),
            "path" if before(i) == "[" && word(i + 1) == "=" => facts.refused.push((line, "`#[path]`")),
            "include" if word(i + 1) == "!" => facts.refused.push((line, "`include!`")),
            "groundswell" if word(i + 1) == "::" && before(i) != "." => facts.own_name.push(line),
            "crate" | "super" | "self" if before(i) != "::" => {
                facts.imports.extend(from_root(&tokens, i, &module));
            }
            _ => {}
        }
        let in_test = is_test_file || opens_test || braces.iter().any(|(_, is_test)| *is_test);
        let ambient = match text.as_str() {
            "Instant" => Some("`Instant`"),
            "SystemTime" => Some("`SystemTime`"),
            "Zoned" => Some("`Zoned`"),
            "env" if word(i + 1) == "::" => Some("`env::`"),
            _ => None,
        };
        facts.ambient.extend(ambient.filter(|_| !in_test).map(|name| (line, name)));
    }
    facts
}

/// The first names of the path that begins at token `i` with `crate`, `super` or `self`, where it starts from the
/// crate's root; nothing where it stays inside the module.
fn from_root(tokens: &[Token], mut i: usize, module: &[String]) -> Vec<(usize, String)> {
    let word = |i: usize| tokens.get(i).map_or("", |token| token.text.as_str());
    let whole = |i: usize| vec![(tokens[i].line, "*".to_owned())];
    let first = i;
    let mut depth = module.len();
    loop {
        match word(i) {
            "crate" => depth = 0,
            "super" if depth == 0 => return Vec::new(),
            "super" => depth -= 1,
            _ => {}
        }
        let renamed = word(first) == "crate" && word(i + 1) == "as" && first > 0 && word(first - 1) == "use";
        if renamed {
            return whole(first);
        }
        if word(i + 1) != "::" {
            return Vec::new();
        }
        i += 2;
        if !matches!(word(i), "super" | "self") {
            break;
        }
    }
    if depth > 0 || (module.is_empty() && word(first) == "self") {
        return Vec::new();
    }
    match word(i) {
        "*" => whole(i),
        "{" => {
            let (mut names, mut open, mut starts) = (Vec::new(), 0, true);
            for token in &tokens[i..] {
                match token.text.as_str() {
                    "{" => open += 1,
                    "}" => open -= 1,
                    "," => starts = starts || open == 1,
                    "self" | "*" if open == 1 && starts => names.push((token.line, "*".to_owned())),
                    name if open == 1 && starts => names.push((token.line, name.to_owned())),
                    _ => {}
                }
                if open == 0 {
                    break;
                }
                if !matches!(token.text.as_str(), "{" | ",") {
                    starts = false;
                }
            }
            names
        }
        name => vec![(tokens[first].line, name.to_owned())],
    }
}
