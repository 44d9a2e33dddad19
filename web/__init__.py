"""What the operator's own server answers: today the webhook."""
