//! The 17 statuses of a deployment and the changes between them that may happen.
//!
//! In: a status and a wish. Out: whether it may be. Invariant: an ended deployment never runs again.

use serde::{Deserialize, Serialize};

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Built, not placed or not started yet; also while it waits for slots.
    Created,
    /// Being compiled and built.
    Initializing,
    Running,
    /// Between the end of one attempt and the start of the next.
    Restarting,
    /// Lost sight of by the manager; its worker is asked what became of it.
    Reconciling,
    Failing,
    Failed,
    CancellingRequested,
    Cancelling,
    Canceled,
    /// A savepoint is being taken and the job goes on.
    Saving,
    SavingAndStopRequested,
    SavingAndStop,
    Finished,
    Suspended,
    DeleteRequested,
    Deleting,
}

impl Status {
    pub const ALL: [Status; 17] = [
        Status::Created,
        Status::Initializing,
        Status::Running,
        Status::Restarting,
        Status::Reconciling,
        Status::Failing,
        Status::Failed,
        Status::CancellingRequested,
        Status::Cancelling,
        Status::Canceled,
        Status::Saving,
        Status::SavingAndStopRequested,
        Status::SavingAndStop,
        Status::Finished,
        Status::Suspended,
        Status::DeleteRequested,
        Status::Deleting,
    ];

    /// One of Flink's eleven states of jobs.
    pub fn flink_state(self) -> &'static str {
        match self {
            Status::CancellingRequested | Status::Cancelling => "CANCELLING",
            Status::Saving | Status::SavingAndStopRequested | Status::SavingAndStop => "RUNNING",
            Status::DeleteRequested | Status::Deleting => "CANCELED",
            status => status.name(),
        }
    }

    /// As the API writes it.
    pub fn name(self) -> &'static str {
        match self {
            Status::Created => "CREATED",
            Status::Initializing => "INITIALIZING",
            Status::Running => "RUNNING",
            Status::Restarting => "RESTARTING",
            Status::Reconciling => "RECONCILING",
            Status::Failing => "FAILING",
            Status::Failed => "FAILED",
            Status::CancellingRequested => "CANCELLING_REQUESTED",
            Status::Cancelling => "CANCELLING",
            Status::Canceled => "CANCELED",
            Status::Saving => "SAVING",
            Status::SavingAndStopRequested => "SAVING_AND_STOP_REQUESTED",
            Status::SavingAndStop => "SAVING_AND_STOP",
            Status::Finished => "FINISHED",
            Status::Suspended => "SUSPENDED",
            Status::DeleteRequested => "DELETE_REQUESTED",
            Status::Deleting => "DELETING",
        }
    }

    /// Nothing of it runs or will run.
    pub fn is_ended(self) -> bool {
        matches!(
            self,
            Status::Failed | Status::Canceled | Status::Finished | Status::Suspended
        )
    }

    /// Nothing starts any more; what there was may still run.
    pub fn is_ending(self) -> bool {
        matches!(
            self,
            Status::Failing | Status::CancellingRequested | Status::Cancelling
        )
    }

    /// Whether `cancel` is possible.
    pub fn can_cancel(self) -> bool {
        matches!(
            self,
            Status::Initializing
                | Status::Created
                | Status::Running
                | Status::Restarting
                | Status::Reconciling
                | Status::Saving
                | Status::SavingAndStopRequested
                | Status::SavingAndStop
        )
    }

    /// Whether `stop` (savepoint, then end) is possible.
    pub fn can_stop(self) -> bool {
        matches!(self, Status::Running | Status::Restarting)
    }

    /// Whether `DELETE` is possible.
    pub fn can_delete(self) -> bool {
        self.is_ended()
    }

    /// Whether a deployment may go from this status to `next`.
    pub fn may_become(self, next: Status) -> bool {
        use Status::*;
        let allowed: &[Status] = match self {
            Initializing => &[Created, Failed, CancellingRequested],
            Created => &[
                Running,
                Restarting,
                Failing,
                CancellingRequested,
                Failed,
                Suspended,
            ],
            Running => &[
                Restarting,
                Reconciling,
                Failing,
                CancellingRequested,
                Saving,
                SavingAndStopRequested,
                Failed,
                Finished,
                Suspended,
            ],
            Restarting => &[
                Created,
                Running,
                Failing,
                Failed,
                CancellingRequested,
                SavingAndStopRequested,
                Suspended,
            ],
            Reconciling | Saving => &[
                Running,
                Restarting,
                Failing,
                Failed,
                Finished,
                CancellingRequested,
            ],
            Failing => &[Failed, Restarting],
            CancellingRequested => &[Cancelling, Canceled],
            Cancelling => &[Canceled],
            SavingAndStopRequested => &[
                Running,
                SavingAndStop,
                Restarting,
                Failing,
                Failed,
                Finished,
                CancellingRequested,
            ],
            SavingAndStop => &[
                SavingAndStopRequested,
                Running,
                Finished,
                Restarting,
                Failing,
                Failed,
                CancellingRequested,
            ],
            Failed | Canceled | Finished | Suspended => &[DeleteRequested],
            DeleteRequested => &[Deleting],
            Deleting => &[],
        };
        allowed.contains(&next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_api() {
        for status in Status::ALL {
            let json = serde_json::to_value(status).expect("a name");
            assert_eq!(json, status.name());
        }
    }

    #[test]
    fn what_has_ended_never_runs_again_and_all_can_end() {
        for status in Status::ALL {
            let next: Vec<Status> = Status::ALL
                .into_iter()
                .filter(|next| status.may_become(*next))
                .collect();
            if status.is_ended() {
                assert_eq!(next, [Status::DeleteRequested], "{}", status.name());
            }
            assert_eq!(next.is_empty(), status == Status::Deleting, "{}", status.name());
        }
    }
}
