//! Circles, and imports that run upwards.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use crate::arrows::{Arrows, arrows};
use crate::source::Crate;

/// Files, and folders with `/` at the end, that may import each other.
pub(crate) type Layer = &'static [&'static str];

/// The files that each file imports.
type Graph<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// What is wrong with a crate, all of it, sorted.
#[derive(Debug, Default)]
pub(crate) struct Report {
    files: usize,
    arrows: usize,
    /// The knots of files that all lead to each other, with their circles as `a → b → a`.
    pub(crate) circles: Vec<String>,
    /// Imports from a layer above.
    pub(crate) upward: Vec<String>,
    /// Files in no layer.
    pub(crate) homeless: Vec<String>,
    /// Entries of layers that fit no file.
    pub(crate) idle: Vec<String>,
}

/// Returns what is wrong with a crate, by its layers from the lowest up.
pub(crate) fn check(krate: &Crate, layers: &[Layer]) -> Report {
    let arrows = arrows(krate);
    let files: BTreeSet<&str> = krate.modules.iter().map(|m| m.file.as_str()).collect();
    let mut graph: Graph<'_> = files.iter().map(|file| (*file, BTreeSet::new())).collect();
    for (from, to) in arrows.keys() {
        graph.entry(from).or_default().insert(to);
    }
    let homeless = files.iter().filter(|file| place(layers, file).is_none());
    let mut homeless: Vec<String> = homeless.map(|file| (*file).to_owned()).collect();
    homeless.sort();
    Report {
        files: files.len(),
        arrows: arrows.len(),
        circles: circles(&graph, &arrows),
        upward: upward(&arrows, layers),
        homeless,
        idle: idle(&files, layers),
    }
}

impl Report {
    pub(crate) fn is_clean(&self) -> bool {
        let mut all = [&self.circles, &self.upward, &self.homeless, &self.idle].into_iter();
        all.all(|lines| lines.is_empty())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (files, arrows) = (self.files, self.arrows);
        writeln!(f, "{files} files, {arrows} arrows between them")?;
        let parts = [
            (
                "knots of files that import each other in circles",
                &self.circles,
            ),
            ("arrows run upwards", &self.upward),
            ("files are in no layer", &self.homeless),
            ("entries of layers fit no file", &self.idle),
        ];
        for (title, _) in parts.iter().filter(|(_, lines)| lines.is_empty()) {
            writeln!(f, "0: {title}")?;
        }
        for (title, lines) in parts.iter().filter(|(_, lines)| !lines.is_empty()) {
            writeln!(f, "\n{}: {title}", lines.len())?;
            for line in *lines {
                writeln!(f, "  {}", line.replace('\n', "\n  "))?;
            }
        }
        Ok(())
    }
}

/// The number of a file's layer, and the entry that puts it there.
fn place(layers: &[Layer], file: &str) -> Option<(usize, &'static str)> {
    let entries = layers.iter().enumerate();
    let entries = entries.flat_map(|(number, layer)| layer.iter().map(move |e| (number, *e)));
    let fitting = entries.filter(|(_, entry)| fits(entry, file));
    fitting.max_by_key(|(_, entry)| entry.len())
}

fn fits(entry: &str, file: &str) -> bool {
    file == entry || (entry.ends_with('/') && file.starts_with(entry))
}

fn idle(files: &BTreeSet<&str>, layers: &[Layer]) -> Vec<String> {
    let entries = layers.iter().flat_map(|layer| layer.iter());
    let idle = entries.filter(|entry| !files.iter().any(|file| fits(entry, file)));
    idle.map(|entry| (*entry).to_owned()).collect()
}

fn upward(arrows: &Arrows, layers: &[Layer]) -> Vec<String> {
    let mut lines = Vec::new();
    for ((from, to), places) in arrows {
        if let (Some((low, of)), Some((high, above))) = (place(layers, from), place(layers, to))
            && low < high
        {
            lines.push(format!(
                "{from} → {to} ({of} is below {above}){}",
                shown(from, places)
            ));
        }
    }
    lines
}

/// Where an arrow is in its file, a line each.
fn shown(from: &str, places: &BTreeSet<(usize, String)>) -> String {
    let lines = places.iter();
    let lines = lines.map(|(line, path)| format!("\n    {from}:{line}: `{path}`"));
    lines.collect()
}

/// The knots of files that all lead to each other, the largest first.
fn circles(graph: &Graph<'_>, arrows: &Arrows) -> Vec<String> {
    let mut knots = Search::knots(graph);
    knots.sort_by_key(|knot| (std::cmp::Reverse(knot.len()), knot.first().copied()));
    let knots = knots.iter();
    knots.map(|knot| circle(graph, arrows, knot)).collect()
}

fn circle(graph: &Graph<'_>, arrows: &Arrows, knot: &BTreeSet<&str>) -> String {
    let paths = ways_around(graph, knot);
    let shortest = paths.first().expect("a knot has files");
    if knot.len() == shortest.len() - 1 {
        return drawn(arrows, shortest);
    }
    let files: Vec<&str> = knot.iter().copied().collect();
    let mut text = format!("{} files: {}", files.len(), files.join(", "));
    for path in &paths {
        text += &format!("\n{}", drawn(arrows, path)).replace('\n', "\n  ");
    }
    text
}

/// The shortest circle through each file of a knot, and all circles of two; each once, the
/// shortest first.
fn ways_around<'a>(graph: &Graph<'a>, knot: &BTreeSet<&'a str>) -> Vec<Vec<&'a str>> {
    let mut paths: BTreeSet<(usize, Vec<&str>)> = BTreeSet::new();
    for file in knot {
        let path = way_around(graph, knot, file);
        paths.insert((path.len(), from_the_first(path)));
        let back = graph[file].iter().filter(|to| graph[*to].contains(file));
        let pairs = back.map(|to| from_the_first(vec![file, to, file]));
        paths.extend(pairs.map(|pair| (pair.len(), pair)));
    }
    paths.into_iter().map(|(_, path)| path).collect()
}

/// The same circle from the file whose name is the first.
fn from_the_first(mut path: Vec<&str>) -> Vec<&str> {
    path.pop();
    let first = (0..path.len()).min_by_key(|at| path[*at]);
    path.rotate_left(first.unwrap_or_default());
    path.push(path[0]);
    path
}

/// A circle, and where its arrows are.
fn drawn(arrows: &Arrows, path: &[&str]) -> String {
    let mut text = path.join(" → ");
    for (from, to) in pairs(path) {
        text += &shown(from, &arrows[&(from.to_owned(), to.to_owned())]);
    }
    text
}

fn pairs<'a>(path: &'a [&'a str]) -> impl Iterator<Item = (&'a str, &'a str)> {
    path.windows(2).map(|pair| (pair[0], pair[1]))
}

/// The shortest way from a file of a knot back to itself.
fn way_around<'a>(graph: &Graph<'a>, knot: &BTreeSet<&'a str>, start: &'a str) -> Vec<&'a str> {
    let mut came_from = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(file) = queue.pop_front() {
        for next in graph[file].iter().filter(|next| knot.contains(*next)) {
            if *next == start {
                let back = std::iter::successors(Some(file), |at| came_from.get(at).copied());
                let mut path: Vec<&str> = std::iter::once(start).chain(back).collect();
                path.reverse();
                return path;
            }
            if !came_from.contains_key(next) {
                came_from.insert(*next, file);
                queue.push_back(next);
            }
        }
    }
    unreachable!("each file of a knot leads back to itself")
}

/// Tarjan's search for the strongly connected components of a graph.
struct Search<'g, 'a> {
    graph: &'g Graph<'a>,
    /// When each file was met, and the earliest one still on the stack that it leads to.
    met: BTreeMap<&'a str, (usize, usize)>,
    stack: Vec<&'a str>,
    knots: Vec<BTreeSet<&'a str>>,
}

impl<'g, 'a> Search<'g, 'a> {
    /// The components with more than one file.
    fn knots(graph: &'g Graph<'a>) -> Vec<BTreeSet<&'a str>> {
        let mut search = Search {
            graph,
            met: BTreeMap::new(),
            stack: Vec::new(),
            knots: Vec::new(),
        };
        for file in graph.keys() {
            if !search.met.contains_key(file) {
                search.visit(file);
            }
        }
        search.knots
    }

    /// Returns the earliest file on the stack that `file` leads to.
    fn visit(&mut self, file: &'a str) -> usize {
        let now = self.met.len();
        let mut low = now;
        self.met.insert(file, (now, now));
        self.stack.push(file);
        for next in &self.graph[file] {
            match self.met.get(next) {
                None => low = low.min(self.visit(next)),
                Some((when, _)) if self.stack.contains(next) => low = low.min(*when),
                Some(_) => {}
            }
        }
        if low == now {
            let at = self.stack.iter().rposition(|other| *other == file);
            let knot: BTreeSet<&str> = self
                .stack
                .split_off(at.expect("it is there"))
                .into_iter()
                .collect();
            if knot.len() > 1 {
                self.knots.push(knot);
            }
        }
        low
    }
}
