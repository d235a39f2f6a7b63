-- What is on record stays on record: the engine itself refuses to change it.
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'audit records are never changed');
END;

CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'audit records are never deleted');
END;

-- A view may be ended once; who, what and when it began stay.
CREATE TRIGGER view_log_no_update BEFORE UPDATE ON view_log
WHEN OLD.end_us IS NOT NULL OR NEW.id <> OLD.id OR NEW.user_id <> OLD.user_id
    OR NEW.login <> OLD.login OR NEW.name <> OLD.name OR NEW.unit <> OLD.unit
    OR NEW.reason <> OLD.reason OR NEW.camera <> OLD.camera OR NEW.profile <> OLD.profile
    OR NEW.kind <> OLD.kind OR NEW.content <> OLD.content OR NEW.seat <> OLD.seat
    OR NEW.address <> OLD.address OR NEW.start_us <> OLD.start_us
BEGIN
    SELECT RAISE(ABORT, 'view records are never changed');
END;
