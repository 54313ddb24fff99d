//! What interactive queries may take of the manager's memory, one and all together.
//!
//! In: the queries there are; one more, or rows that come. Out: room, or a refusal that names the limit. Invariant:
//! rows of a query that runs stay; for them those of ended queries go, the oldest first.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::{Query, Scope};
use crate::refusal::Refusal;

/// How long rows of an ended query can be fetched.
const KEPT_FOR: Duration = Duration::from_secs(15 * 60);

/// At a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Of one query.
    pub(super) answer_bytes: usize,
    /// Of one application, or of a session cluster without one.
    pub(super) scope: Share,
    pub(super) service: Share,
    pub(super) manager: Share,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    /// Queries that run.
    pub(super) live: usize,
    /// Queries that have ended and can still be read.
    pub(super) ended: usize,
    /// Rows of all of them.
    pub(super) bytes: usize,
}

pub(super) const LIMITS: Limits = Limits {
    answer_bytes: 32 << 20,
    scope: Share {
        live: 10,
        ended: 50,
        bytes: 128 << 20,
    },
    service: Share {
        live: 30,
        ended: 200,
        bytes: 256 << 20,
    },
    manager: Share {
        live: 100,
        ended: 1_000,
        bytes: 512 << 20,
    },
};

/// Those that share something with the queries of a scope.
struct Group<'a> {
    scope: &'a Scope,
    reach: Reach,
    share: Share,
}

#[derive(Clone, Copy)]
enum Reach {
    Scope,
    Service,
    Manager,
}

type Queries = BTreeMap<String, Query>;

impl Group<'_> {
    fn holds(&self, other: &Scope) -> bool {
        let (project, service) = (&self.scope.project, &self.scope.service);
        match self.reach {
            Reach::Scope => self.scope == other,
            Reach::Service => (project, service) == (&other.project, &other.service),
            Reach::Manager => true,
        }
    }

    fn queries<'q>(&self, queries: &'q Queries) -> impl Iterator<Item = &'q Query> {
        let all = queries.values();
        all.filter(|query| self.holds(&query.view.query.scope))
    }

    fn place(&self) -> String {
        match self.reach {
            Reach::Scope => "here".to_owned(),
            Reach::Service => format!("in session cluster {}", self.scope.service),
            Reach::Manager => "in all session clusters together".to_owned(),
        }
    }

    fn bytes(&self, queries: &Queries) -> usize {
        self.queries(queries).map(|query| query.bytes).sum()
    }

    fn live_bytes(&self, queries: &Queries) -> usize {
        let live = self.queries(queries).filter(|query| query.ended_at.is_none());
        live.map(|query| query.bytes).sum()
    }

    fn oldest_ended(&self, queries: &Queries, is_wanted: impl Fn(&Query) -> bool) -> Option<String> {
        let ended = self.queries(queries).filter(|query| is_wanted(query));
        let ended = ended.filter_map(|query| Some((query.ended_at?, &query.view.id)));
        ended.min().map(|(_, id)| id.clone())
    }

    /// Whether one more may run.
    fn admits(&self, queries: &Queries) -> Result<(), Refusal> {
        let place = self.place();
        let live = self
            .queries(queries)
            .filter(|query| query.view.end.is_none())
            .map(|query| query.bytes);
        let (count, bytes) = live.fold((0, 0), |(count, sum), bytes| (count + 1, sum + bytes));
        if count >= self.share.live {
            return Err(Refusal::conflict(format!(
                "There are {count} interactive queries that run {place}, as many as may run at a time; cancel one"
            )));
        }
        if bytes >= self.share.bytes {
            return Err(Refusal::conflict(format!(
                "The rows of interactive queries that run {place} take {} MiB, all that they may; cancel one",
                self.share.bytes >> 20
            )));
        }
        Ok(())
    }

    fn forget_surplus(&self, queries: &mut Queries) {
        while self
            .queries(queries)
            .filter(|query| query.ended_at.is_some())
            .count()
            > self.share.ended
        {
            let oldest = self.oldest_ended(queries, |_| true);
            queries.remove(&oldest.expect("there are such"));
        }
    }
}

impl Limits {
    fn groups<'a>(&self, scope: &'a Scope) -> [Group<'a>; 3] {
        [
            (Reach::Scope, self.scope),
            (Reach::Service, self.service),
            (Reach::Manager, self.manager),
        ]
        .map(|(reach, share)| Group { scope, reach, share })
    }

    /// Drops ended queries of long ago.
    pub(super) fn forget_old(&self, queries: &mut Queries, now: Timestamp) {
        let kept_for = jiff::SignedDuration::try_from(KEPT_FOR).expect("minutes are few seconds");
        queries.retain(|_, query| query.ended_at.is_none_or(|at| now.duration_since(at) < kept_for));
    }

    /// Whether one more of the scope may run, after ended queries have gone, the oldest of too many.
    pub(super) fn admit(&self, queries: &mut Queries, scope: &Scope, now: Timestamp) -> Result<(), Refusal> {
        self.forget_old(queries, now);
        for group in self.groups(scope) {
            group.forget_surplus(queries);
            group.admits(queries)?;
        }
        Ok(())
    }

    /// How many bytes more the rows of this query may take, after ended ones have gone for as many as are wanted and
    /// as live ones leave: no answer goes for nothing.
    pub(super) fn room(&self, queries: &mut Queries, id: &str, wanted: usize) -> usize {
        let Some(query) = queries.get(id) else {
            return 0;
        };
        let scope = query.view.query.scope.clone();
        let own = self.answer_bytes.saturating_sub(query.bytes);
        let groups = self.groups(&scope);
        let wanted = groups.iter().fold(wanted.min(own), |wanted, group| {
            wanted.min(group.share.bytes.saturating_sub(group.live_bytes(queries)))
        });
        groups.iter().fold(own, |room, group| {
            while wanted > 0 && group.bytes(queries) + wanted > group.share.bytes {
                match group.oldest_ended(queries, |query| query.bytes > 0) {
                    Some(oldest) => queries.remove(&oldest),
                    None => break,
                };
            }
            room.min(group.share.bytes.saturating_sub(group.bytes(queries)))
        })
    }
}
