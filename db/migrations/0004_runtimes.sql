CREATE TABLE "encryption_key" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"key_id" text NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "encryption_key_one" CHECK ("encryption_key"."id" = 1)
);
--> statement-breakpoint
ALTER TABLE "runtimes" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "runtimes" ADD COLUMN "url" text;--> statement-breakpoint
ALTER TABLE "runtimes" ADD COLUMN "username" text;--> statement-breakpoint
ALTER TABLE "runtimes" ADD COLUMN "credentials" text;--> statement-breakpoint
ALTER TABLE "runtimes" ADD COLUMN "capacity" integer;--> statement-breakpoint
ALTER TABLE "runtimes" ADD COLUMN "enabled" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "runtimes" ADD COLUMN "draining" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "runtimes" ADD COLUMN "models" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "runtimes" ADD COLUMN "gateway_token_hash" text;--> statement-breakpoint
ALTER TABLE "runtimes" ADD COLUMN "files_seen_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "runtimes" ADD COLUMN "removed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "runtimes" ADD CONSTRAINT "runtimes_gateway_token_hash_unique" UNIQUE("gateway_token_hash");