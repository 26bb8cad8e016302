/** Whose statements see the rows of one team only: those of people and programs. */
export const appRole = 'orchestrator_app';
/** Whose statements see every row: those of the loops. The user of DATABASE_URL is a member. */
export const engineRole = 'orchestrator_engine';
