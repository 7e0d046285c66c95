//! What hangs together, one link after the other.

/// A forest of groups: every member leads to the first of its group.
pub(super) struct Groups(Vec<usize>);

impl Groups {
    /// So many members, each alone.
    pub fn new(members: usize) -> Groups {
        Groups((0..members).collect())
    }

    /// The member that stands for the group.
    pub fn root(&mut self, mut member: usize) -> usize {
        while self.0[member] != member {
            self.0[member] = self.0[self.0[member]];
            member = self.0[member];
        }
        member
    }

    /// Joins two groups; false where they were one already.
    pub fn join(&mut self, one: usize, other: usize) -> bool {
        let (one, other) = (self.root(one), self.root(other));
        self.0[one.max(other)] = one.min(other);
        one != other
    }
}
