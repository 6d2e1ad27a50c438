//! Findings about the mapping itself: links that the range removes or makes weaker.

use std::collections::BTreeMap;

use super::{Finding, frame, listed};
use crate::impact::DEFAULT_DEPTH;
use crate::mapping::{Link, Mapping, Selector, Touch};
use crate::rules;

/// The links of before that are gone after, or hold less than they did.
pub fn mapping_findings(before: &Mapping, after: &Mapping) -> Vec<Finding> {
    let after_links: BTreeMap<&str, &Link> = after.links.iter().map(|link| (link.id.as_str(), link)).collect();
    let findings = before.links.iter().filter_map(|link| match after_links.get(link.id.as_str()) {
        None => Some(removed(link, before)),
        Some(now) => weakened(link, now, after),
    });
    findings.collect()
}

fn removed(link: &Link, before: &Mapping) -> Finding {
    let cpp: Vec<&str> = link.cpp.iter().map(|selector| selector.text.as_str()).collect();
    let message = format!("this range removes the link `{}`, which held {}", link.id, listed(&cpp, 2));
    let mut finding = Finding::of(&rules::REMOVED_LINK, message);
    place(&mut finding, link, before);
    finding.notes = vec!["the link is still judged for this range, as it was before".to_owned()];
    finding.help = Some(
        "say in the commit why nothing needs to follow it any more, or restore it: `drift explain removed-link`"
            .to_owned(),
    );
    finding
}

fn weakened(before: &Link, after: &Link, mapping: &Mapping) -> Option<Finding> {
    let losses = losses(before, after);
    if losses.is_empty() {
        return None;
    }
    let message = format!("this range makes the link `{}` weaker: {}", before.id, losses.join("; "));
    let mut finding = Finding::of(&rules::WEAKENED_LINK, message);
    place(&mut finding, after, mapping);
    finding.notes = vec!["for this range the link is judged as strictly as it was before".to_owned()];
    finding.help = Some(
        "say in the commit why less needs to be followed, or restore it: `drift explain weakened-link`".to_owned(),
    );
    Some(finding)
}

fn losses(before: &Link, after: &Link) -> Vec<String> {
    let mut losses: Vec<String> =
        dropped(&before.cpp, &after.cpp).map(|end| format!("`{end}` is no longer watched")).collect();
    if before.touch == Touch::All {
        losses.extend(dropped(&before.python, &after.python).map(|end| format!("`{end}` need not follow any more")));
        losses.extend((after.touch == Touch::Any).then(|| "any one Python end is enough now".to_owned()));
    }
    let rungs = before.watch.iter().filter(|rung| !after.watch.contains(rung));
    losses.extend(rungs.map(|rung| format!("changes of rung `{rung}` no longer count")));
    let [was, is] = [before, after].map(|link| link.depth.unwrap_or(DEFAULT_DEPTH));
    losses.extend((is < was).then(|| format!("callees count up to depth {is}, not {was}")));
    losses
}

/// The selectors that are gone without another in their place: the same symbol elsewhere, or another in the same file.
fn dropped<'l>(before: &'l [Selector], after: &'l [Selector]) -> impl Iterator<Item = &'l Selector> {
    let is_new = |selector: &&Selector| before.iter().all(|old| old.text != selector.text);
    let mut new: Vec<&Selector> = after.iter().filter(is_new).collect();
    let gone = before.iter().filter(move |selector| after.iter().all(|kept| kept.text != selector.text));
    gone.filter(move |selector| {
        let heir = new.iter().position(|new| new.pattern == selector.pattern || new.path == selector.path);
        heir.map(|at| new.remove(at)).is_none()
    })
}

fn place(finding: &mut Finding, link: &Link, mapping: &Mapping) {
    finding.link = Some(link.id.clone());
    if let Some(frame) = frame::linked_here(link, mapping) {
        finding.path = Some(frame.path.clone());
        finding.line = frame.lines.first().map(|line| line.number);
        finding.frames.push(frame);
    }
}
