CREATE TABLE "slot_waits" (
	"task_id" uuid PRIMARY KEY NOT NULL,
	"session_id" uuid NOT NULL,
	"team_id" uuid NOT NULL,
	"queue" text NOT NULL,
	"agent_ids" jsonb NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL,
	"asked_at" timestamp with time zone DEFAULT now() NOT NULL,
	"granted_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "turns" (
	"queue" text PRIMARY KEY NOT NULL,
	"ring" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "slot_waits" ADD CONSTRAINT "slot_waits_task_id_tasks_id_fk" FOREIGN KEY ("task_id") REFERENCES "public"."tasks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "slot_waits" ADD CONSTRAINT "slot_waits_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "slot_waits" ADD CONSTRAINT "slot_waits_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "slot_waits_queue_index" ON "slot_waits" USING btree ("queue");--> statement-breakpoint
CREATE INDEX "slot_waits_team_id_index" ON "slot_waits" USING btree ("team_id");