CREATE TABLE "audit_anchors" (
	"team_id" uuid PRIMARY KEY NOT NULL,
	"number" integer NOT NULL,
	"hash" text NOT NULL,
	"cut_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "retention" (
	"team_id" uuid PRIMARY KEY NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"sessions" integer,
	"events" integer,
	"transcripts" integer,
	"contexts" integer,
	"audit" integer,
	"changed_by" uuid,
	"changed_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "retention_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"started_by" uuid,
	"started_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"removed" jsonb NOT NULL,
	"error" text
);
--> statement-breakpoint
CREATE TABLE "session_trims" (
	"session_id" uuid PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"events" timestamp with time zone,
	"transcripts" timestamp with time zone,
	"contexts" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "audit_anchors" ADD CONSTRAINT "audit_anchors_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "retention" ADD CONSTRAINT "retention_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "retention" ADD CONSTRAINT "retention_changed_by_users_id_fk" FOREIGN KEY ("changed_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "retention_runs" ADD CONSTRAINT "retention_runs_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "retention_runs" ADD CONSTRAINT "retention_runs_started_by_users_id_fk" FOREIGN KEY ("started_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session_trims" ADD CONSTRAINT "session_trims_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session_trims" ADD CONSTRAINT "session_trims_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "retention_runs_of_team" ON "retention_runs" USING btree ("team_id","started_at");--> statement-breakpoint
-- From here on by hand, since drizzle has no words for it: the audit may lose a whole prefix, which leaves an anchor.
CREATE OR REPLACE FUNCTION "audit_is_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT 1 FROM audit_anchors a WHERE a.team_id = OLD.team_id AND a.number >= OLD.number) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'the audit is append-only: % is refused', lower(TG_OP) USING ERRCODE = 'insufficient_privilege';
END
$$;
--> statement-breakpoint
CREATE FUNCTION "audit_anchor_holds"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'an anchor of the audit stays' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF NEW.team_id <> OLD.team_id OR NEW.number <= OLD.number THEN
      RAISE EXCEPTION 'an anchor of the audit only moves on' USING ERRCODE = 'insufficient_privilege';
    END IF;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM audit a WHERE a.team_id = NEW.team_id AND a.number = NEW.number AND a.hash = NEW.hash)
    OR NOT EXISTS (SELECT 1 FROM audit a WHERE a.team_id = NEW.team_id AND a.number > NEW.number) THEN
    RAISE EXCEPTION 'an anchor of the audit is one of its entries, and not the last' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "audit_anchors_hold" BEFORE INSERT OR UPDATE OR DELETE ON "audit_anchors" FOR EACH ROW EXECUTE FUNCTION "audit_anchor_holds"();
--> statement-breakpoint
-- The only way an entry goes: everything before the first entry that is kept, under the lock that makes the chain.
CREATE FUNCTION "audit_cut"("of_team" uuid, "kept_since" timestamp with time zone)
RETURNS TABLE ("cut_number" integer, "cut_hash" text, "cut_entries" integer) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM teams t WHERE t.id = of_team FOR NO KEY UPDATE;
  SELECT a.number, a.hash INTO cut_number, cut_hash FROM audit a
    WHERE a.team_id = of_team
      AND a.number < (SELECT max(l.number) FROM audit l WHERE l.team_id = of_team)
      AND NOT EXISTS (SELECT 1 FROM audit k WHERE k.team_id = of_team AND k.at >= kept_since AND k.number <= a.number)
    ORDER BY a.number DESC LIMIT 1;
  IF cut_number IS NULL THEN
    RETURN;
  END IF;
  INSERT INTO audit_anchors (team_id, number, hash) VALUES (of_team, cut_number, cut_hash)
    ON CONFLICT (team_id) DO UPDATE SET number = excluded.number, hash = excluded.hash, cut_at = clock_timestamp();
  DELETE FROM audit a WHERE a.team_id = of_team AND a.number <= cut_number;
  GET DIAGNOSTICS cut_entries = ROW_COUNT;
  RETURN NEXT;
END
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "audit_cut"(uuid, timestamp with time zone) FROM PUBLIC;
