"""Letters out by SMTP: composed of templates, sent over kept connections."""
