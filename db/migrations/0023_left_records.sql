CREATE TABLE "left_records" (
	"remote_session_id" text PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"runtime_id" uuid NOT NULL,
	"instance_id" text,
	"left_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"due_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"tries" integer DEFAULT 0 NOT NULL,
	"problem" text
);
--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "record_left_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "left_records" ADD CONSTRAINT "left_records_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "left_records" ADD CONSTRAINT "left_records_runtime_id_runtimes_id_fk" FOREIGN KEY ("runtime_id") REFERENCES "public"."runtimes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "left_records_due" ON "left_records" USING btree ("due_at");--> statement-breakpoint
CREATE INDEX "left_records_of_team" ON "left_records" USING btree ("team_id");--> statement-breakpoint
CREATE INDEX "attempts_with_record" ON "attempts" USING btree ("ended_at") WHERE record_left_at is null;