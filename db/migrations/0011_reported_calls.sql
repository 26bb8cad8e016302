ALTER TABLE "model_calls" ADD COLUMN "reported_key" text;--> statement-breakpoint
ALTER TABLE "model_calls" ADD CONSTRAINT "model_calls_reported_key_unique" UNIQUE("reported_key");