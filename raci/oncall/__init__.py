"""On-call schedules: who has the pager at any minute, past or future."""
