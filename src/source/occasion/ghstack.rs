//! The branches that ghstack keeps for each commit of a stack: `gh/USER/N/base`, `head`, `orig` and `next`.

/// The branch of one pull request of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Branch<'a> {
    /// `gh/USER/N`.
    stem: &'a str,
    pub part: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What the pull request is compared with: the commits below it.
    Base,
    /// The pull request.
    Head,
    /// The same as one commit.
    Orig,
    /// On its way to one of the others.
    Next,
}

impl<'a> Branch<'a> {
    /// `None` for a branch of anybody else.
    pub fn of(name: &'a str) -> Option<Branch<'a>> {
        let (stem, part) = name.rsplit_once('/')?;
        let (user, number) = stem.strip_prefix("gh/")?.split_once('/')?;
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let part = match part {
            "base" => Part::Base,
            "head" => Part::Head,
            "orig" => Part::Orig,
            "next" => Part::Next,
            _ => return None,
        };
        (!user.is_empty() && is_number).then_some(Branch { stem, part })
    }

    pub fn base(&self) -> String {
        format!("{}/base", self.stem)
    }

    pub fn orig(&self) -> String {
        format!("{}/orig", self.stem)
    }
}
