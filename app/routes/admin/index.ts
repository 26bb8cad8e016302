import { redirect } from 'react-router';

/** The administration opens at its record. */
export const loader = () => redirect('/admin/audit');
