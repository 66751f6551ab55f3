"""What pipelines ask and report: may this digest be deployed, what answers, how well it does."""
