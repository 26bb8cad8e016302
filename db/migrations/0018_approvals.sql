ALTER TABLE "approvals" ADD COLUMN "details" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "approvals" ADD COLUMN "facts" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "raised_tokens" bigint;--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "raised_month" text;--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "deleted_at" timestamp with time zone;--> statement-breakpoint
CREATE UNIQUE INDEX "approvals_pending" ON "approvals" USING btree ("team_id","action",coalesce("session_id", "team_id")) WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX "approvals_team_id_created_at_index" ON "approvals" USING btree ("team_id","created_at");--> statement-breakpoint
CREATE INDEX "approvals_session_id_index" ON "approvals" USING btree ("session_id");