CREATE SEQUENCE "public"."lock_fencing" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "lock_fences" (
	"resource" text PRIMARY KEY NOT NULL,
	"number" bigint NOT NULL,
	"owner" text NOT NULL,
	"granted_at" timestamp with time zone DEFAULT now() NOT NULL
);
