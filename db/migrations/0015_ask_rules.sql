CREATE TABLE "ask_rules" (
	"id" uuid PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"permission" text NOT NULL,
	"pattern" text NOT NULL,
	"scope" text NOT NULL,
	"session_id" uuid,
	"repository_id" uuid,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	"use_count" integer DEFAULT 0 NOT NULL,
	"last_used_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "asks" ADD COLUMN "rule_id" uuid;--> statement-breakpoint
ALTER TABLE "ask_rules" ADD CONSTRAINT "ask_rules_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ask_rules" ADD CONSTRAINT "ask_rules_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ask_rules" ADD CONSTRAINT "ask_rules_repository_id_repositories_id_fk" FOREIGN KEY ("repository_id") REFERENCES "public"."repositories"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ask_rules" ADD CONSTRAINT "ask_rules_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "ask_rules_team_id_permission_index" ON "ask_rules" USING btree ("team_id","permission");--> statement-breakpoint
ALTER TABLE "asks" ADD CONSTRAINT "asks_rule_id_ask_rules_id_fk" FOREIGN KEY ("rule_id") REFERENCES "public"."ask_rules"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "asks_team_id_opened_at_index" ON "asks" USING btree ("team_id","opened_at");