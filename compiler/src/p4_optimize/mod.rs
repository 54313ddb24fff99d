//! Pass 4: logical plan → logical plan that does less work.
