-- Who reported an alert: a person of its own, sealed like any (docs/identity.md "Persons").
CREATE TABLE alert_reporter (
    alert TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL REFERENCES person (id)
);
