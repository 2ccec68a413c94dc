// Where short words appear that come and go (`notice`). Once in a page, above everything, announced by readers.
export { notice, Notices } from '../notices';
