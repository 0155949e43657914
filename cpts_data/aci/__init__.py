"""The ACI contract of a CPTS: size classes, funding, calendar, follow-up."""
