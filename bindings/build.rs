//! The docstrings of the stubs, for `help()`: one file a function or class, read by `#[doc = include_str!(…)]`.
#![allow(clippy::disallowed_methods)] // a build script reads files

use std::path::Path;
use std::{env, fs, io};

const STUBS: &str = "../pyplatform/_core";
const QUOTES: &str = "\"\"\"";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed={STUBS}");
    let out = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    for stub in fs::read_dir(STUBS)? {
        let path = stub?.path();
        let module = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_some_and(|extension| extension == "pyi") {
            for (name, text) in documented(&fs::read_to_string(&path)?) {
                fs::write(Path::new(&out).join(format!("{module}.{name}")), text)?;
            }
        }
    }
    Ok(())
}

/// Every function and class of a stub with its docstring, a class with those of its members behind its own.
fn documented(stub: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = stub.lines().collect();
    let (mut found, mut at) = (Vec::<(String, String)>::new(), 0);
    let mut plain = false;
    while at < lines.len() {
        let line = lines[at].trim_start();
        plain |= line == "@property";
        let Some(depth @ (0 | 4)) = declares(lines[at]) else {
            at += 1;
            continue;
        };
        let (signature, body) = signature(&lines, at);
        let (docstring, next) = docstring(&lines, body);
        let name: String =
            signature.chars().take_while(|part| part.is_alphanumeric() || *part == '_').collect();
        if depth == 0 {
            found.push((name, docstring.join("\n")));
        } else if let Some((_, class)) = found.last_mut().filter(|_| !docstring.is_empty()) {
            let heading = if plain || !signature.contains('(') { name } else { signature };
            let lines = docstring.join("\n    ").replace("    \n", "\n");
            *class = [class, "\n\n", &heading, "\n    ", &lines].concat();
        }
        (plain, at) = (false, next);
    }
    found
}

/// How far in a line declares a function, a class or an attribute, if it does.
fn declares(line: &str) -> Option<usize> {
    let rest = line.trim_start();
    let attribute = line.starts_with("    ") && rest.contains(": Final");
    let declares = rest.starts_with("def ") || rest.starts_with("class ") || attribute;
    declares.then_some(line.len() - rest.len())
}

/// A declaration in one line, without `def`, `self` and the colon, and where its body begins.
fn signature(lines: &[&str], from: usize) -> (String, usize) {
    let ends = |line: &&str| line.ends_with(':') || line.ends_with(": ...") || line.contains(": Final");
    let last = from + lines[from..].iter().position(ends).unwrap_or(0);
    let joined = lines[from..=last].iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    let bare = joined.trim_start_matches("def ").trim_start_matches("class ").trim_end_matches(" ...");
    let bare = bare.trim_end_matches(':').replace("( ", "(").replace(", )", ")").replace(" )", ")");
    (bare.replace("(self, /, ", "(").replace("(self, ", "(").replace("(self)", "()"), last + 1)
}

/// The docstring that begins at a line, its indentation taken away, and where the rest begins.
fn docstring<'a>(lines: &[&'a str], from: usize) -> (Vec<&'a str>, usize) {
    let Some(first) = lines.get(from).filter(|line| line.trim_start().starts_with(QUOTES)) else {
        return (Vec::new(), from);
    };
    let depth = first.len() - first.trim_start().len();
    let mut text = vec![&first.trim_start()[QUOTES.len()..]];
    let mut at = from;
    while !text[text.len() - 1].ends_with(QUOTES) && at + 1 < lines.len() {
        at += 1;
        text.push(lines[at].get(depth..).unwrap_or_default());
    }
    if let Some(last) = text.pop() {
        let last = last.trim_end_matches(QUOTES);
        text.extend(Some(last).filter(|last| !last.is_empty()));
    }
    (text, at + 1)
}
