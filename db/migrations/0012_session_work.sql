CREATE TABLE "session_work" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"session_id" uuid NOT NULL,
	"commit" text NOT NULL,
	"bundle" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "session_work_session_id_commit_unique" UNIQUE("session_id","commit")
);
--> statement-breakpoint
ALTER TABLE "session_work" ADD CONSTRAINT "session_work_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE no action ON UPDATE no action;