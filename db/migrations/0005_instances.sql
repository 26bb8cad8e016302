CREATE TABLE "instances" (
	"id" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"version" text NOT NULL,
	"url" text NOT NULL,
	"clustered" boolean NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"stopping" boolean DEFAULT false NOT NULL,
	"sessions" integer DEFAULT 0 NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"loops" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"runtime_state" text NOT NULL,
	"runtime_detail" text DEFAULT '' NOT NULL,
	"runtime_version" text,
	"circuit" text NOT NULL,
	"parked_until" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "instance_id" text;