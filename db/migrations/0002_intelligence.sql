ALTER TYPE "public"."failure_class" ADD VALUE 'no_progress';--> statement-breakpoint
CREATE TABLE "blueprints" (
	"id" uuid PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"key" text NOT NULL,
	"version" text NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"yaml" text NOT NULL,
	"checksum" text NOT NULL,
	"origin" jsonb NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"removed_at" timestamp with time zone,
	CONSTRAINT "blueprints_team_id_key_version_unique" UNIQUE("team_id","key","version")
);
--> statement-breakpoint
CREATE TABLE "budget_accounts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"session_id" uuid,
	"month" text,
	"parent_id" uuid,
	"cap_tokens" bigint,
	"cap_cost_usd" double precision,
	"cap_attempts" integer,
	"cap_seconds" integer,
	"reserved_tokens" bigint DEFAULT 0 NOT NULL,
	"reserved_cost_usd" double precision DEFAULT 0 NOT NULL,
	"reserved_attempts" integer DEFAULT 0 NOT NULL,
	"reserved_seconds" double precision DEFAULT 0 NOT NULL,
	"spent_tokens" bigint DEFAULT 0 NOT NULL,
	"spent_cost_usd" double precision DEFAULT 0 NOT NULL,
	"spent_attempts" integer DEFAULT 0 NOT NULL,
	"spent_seconds" double precision DEFAULT 0 NOT NULL,
	"cost_unknown" boolean DEFAULT false NOT NULL,
	"reserved_unpriced" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "budget_accounts_session_id_unique" UNIQUE("session_id"),
	CONSTRAINT "budget_accounts_team_id_month_unique" UNIQUE("team_id","month")
);
--> statement-breakpoint
CREATE TABLE "budget_entries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"attempt_id" uuid NOT NULL,
	"tokens" bigint NOT NULL,
	"cost_usd" double precision,
	"attempts" integer NOT NULL,
	"seconds" double precision NOT NULL,
	"settled_tokens" bigint,
	"settled_cost_usd" double precision,
	"settled_attempts" integer,
	"settled_seconds" double precision,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"settled_at" timestamp with time zone,
	CONSTRAINT "budget_entries_attempt_id_unique" UNIQUE("attempt_id")
);
--> statement-breakpoint
CREATE TABLE "conflicts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"session_id" uuid NOT NULL,
	"task_id" uuid NOT NULL,
	"attempt_id" uuid NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"base_commit" text NOT NULL,
	"ours_commit" text NOT NULL,
	"theirs_commit" text NOT NULL,
	"files" text[] DEFAULT '{}' NOT NULL,
	"message" text NOT NULL,
	"resolution" jsonb,
	"resolved_by" jsonb,
	"resolved_commit" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"resolved_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "context_changes" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"context_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"actor" jsonb NOT NULL,
	"path" text NOT NULL,
	"had_before" boolean NOT NULL,
	"has_after" boolean NOT NULL,
	"before" jsonb,
	"after" jsonb
);
--> statement-breakpoint
CREATE TABLE "task_history" (
	"id" uuid PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"repository_id" uuid NOT NULL,
	"task_id" uuid NOT NULL,
	"plan_key" text NOT NULL,
	"capabilities" text[] DEFAULT '{}' NOT NULL,
	"hours" double precision NOT NULL,
	"tokens" bigint NOT NULL,
	"cost_usd" double precision,
	"declared" text[] DEFAULT '{}' NOT NULL,
	"predicted" text[] DEFAULT '{}' NOT NULL,
	"written" text[] DEFAULT '{}' NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "task_history_task_id_unique" UNIQUE("task_id")
);
--> statement-breakpoint
ALTER TABLE "agents" DROP CONSTRAINT "agents_team_id_name_unique";--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "told_state" text;--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "told_tier" text;--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "degraded_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "recovered_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "removed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "role" text DEFAULT 'work' NOT NULL;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "probe" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "conflict_id" uuid;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "source_attempt_id" uuid;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "verdict" jsonb;--> statement-breakpoint
ALTER TABLE "routing_decisions" ADD COLUMN "request" jsonb;--> statement-breakpoint
ALTER TABLE "contexts" ADD COLUMN "name" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "plan_source" jsonb;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "kind" text DEFAULT 'work' NOT NULL;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "predicted_writes" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "plan_key" text;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "next" jsonb;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "waiver" jsonb;--> statement-breakpoint
ALTER TABLE "blueprints" ADD CONSTRAINT "blueprints_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budget_accounts" ADD CONSTRAINT "budget_accounts_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budget_accounts" ADD CONSTRAINT "budget_accounts_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budget_accounts" ADD CONSTRAINT "budget_accounts_parent_id_budget_accounts_id_fk" FOREIGN KEY ("parent_id") REFERENCES "public"."budget_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budget_entries" ADD CONSTRAINT "budget_entries_account_id_budget_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."budget_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budget_entries" ADD CONSTRAINT "budget_entries_attempt_id_attempts_id_fk" FOREIGN KEY ("attempt_id") REFERENCES "public"."attempts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conflicts" ADD CONSTRAINT "conflicts_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conflicts" ADD CONSTRAINT "conflicts_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conflicts" ADD CONSTRAINT "conflicts_task_id_tasks_id_fk" FOREIGN KEY ("task_id") REFERENCES "public"."tasks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conflicts" ADD CONSTRAINT "conflicts_attempt_id_attempts_id_fk" FOREIGN KEY ("attempt_id") REFERENCES "public"."attempts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "context_changes" ADD CONSTRAINT "context_changes_context_id_contexts_id_fk" FOREIGN KEY ("context_id") REFERENCES "public"."contexts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "task_history" ADD CONSTRAINT "task_history_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "task_history" ADD CONSTRAINT "task_history_repository_id_repositories_id_fk" FOREIGN KEY ("repository_id") REFERENCES "public"."repositories"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "task_history" ADD CONSTRAINT "task_history_task_id_tasks_id_fk" FOREIGN KEY ("task_id") REFERENCES "public"."tasks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "budget_entries_account_id_index" ON "budget_entries" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "conflicts_session_id_index" ON "conflicts" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "conflicts_team_id_status_index" ON "conflicts" USING btree ("team_id","status");--> statement-breakpoint
CREATE INDEX "context_changes_context_id_version_index" ON "context_changes" USING btree ("context_id","version");--> statement-breakpoint
CREATE INDEX "task_history_team_id_plan_key_at_index" ON "task_history" USING btree ("team_id","plan_key","at");--> statement-breakpoint
CREATE INDEX "task_history_repository_id_plan_key_index" ON "task_history" USING btree ("repository_id","plan_key");--> statement-breakpoint
CREATE UNIQUE INDEX "agents_name" ON "agents" USING btree ("team_id","name") WHERE removed_at is null;--> statement-breakpoint
CREATE INDEX "attempts_of_agent" ON "attempts" USING btree ("agent_id","ended_at");--> statement-breakpoint
CREATE INDEX "routing_decisions_session_id_index" ON "routing_decisions" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "routing_decisions_team_id_created_at_index" ON "routing_decisions" USING btree ("team_id","created_at");--> statement-breakpoint
CREATE INDEX "contexts_team_id_scope_index" ON "contexts" USING btree ("team_id","scope");--> statement-breakpoint
CREATE INDEX "contexts_session_id_index" ON "contexts" USING btree ("session_id");